import type { Configuration } from './configuration';
import type { Field } from './field';
import { jsonPlace, type TreePlace, yamlPlace } from './text/tree-place';

/** What could be written at a place. */
export interface Suggestion {
  readonly label: string;
  readonly field: Field | undefined;
  readonly kind: 'name' | 'value';
  /** What takes the place of `start` to `end`. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What could stand at an offset of a configuration: names that are not set yet, or values. */
export function suggestAt(configuration: Configuration, offset: number): Suggestion[] {
  const { form, text } = configuration;
  if (form.words === 'flag') return flagsAt(configuration, offset);
  if (form.words === 'variable') return variablesAt(configuration, offset);
  const isJson = /^\s*\{/.test(text);
  const place = isJson ? jsonPlace(text, offset) : yamlPlace(text, offset);
  return place ? fieldsAt(configuration, place, isJson) : [];
}

function fieldsAt(configuration: Configuration, place: TreePlace, isJson: boolean): Suggestion[] {
  const { table } = configuration.form;
  const { start, end, quoted } = place;
  const name = [...place.path, place.key ?? ''].join('.');
  if (place.key !== undefined) {
    const field = configuration.find(name);
    return field
      ? valuesOf(field).map((value) => ({
          ...valueSuggestion(field, value),
          start,
          end,
          text: written(field, value, isJson, quoted),
        }))
      : [];
  }
  const prefix = place.path.map((one) => `${one}.`).join('');
  const below = new Map<string, Field | undefined>();
  for (const row of table.rows) {
    if (!table.same(row.name.slice(0, prefix.length), prefix) || row.secret || !isOf(row, configuration.backend))
      continue;
    const [next = '', ...rest] = row.name.slice(prefix.length).split('.');
    if (!below.has(next) && !(rest.length === 0 && configuration.settings.some((one) => one.name === row.name)))
      below.set(next, rest.length === 0 ? row : undefined);
  }
  return [...below].map(([label, field]) => {
    const key = isJson ? (quoted ? label : JSON.stringify(label)) : label;
    const value = field ? written(field, field.default, isJson, false) : '';
    const after = isJson ? (quoted ? '' : `: ${field ? value : '{}'}`) : field ? `: ${value}` : ':';
    return { label, field, kind: 'name', text: key + after, start, end };
  });
}

function isOf({ backends }: Field, backend: string | undefined): boolean {
  return !backends || backends.includes(backend ?? '');
}

function flagsAt(configuration: Configuration, offset: number): Suggestion[] {
  const { text, form } = configuration;
  const [word = ''] = /[^\s"'=]*(=[^\s"']*)?$/.exec(text.slice(0, offset)) ?? [];
  const start = offset - word.length;
  const rest = /^[^\s"']*/.exec(text.slice(offset))?.[0] ?? '';
  const [, dashes, flag, equals] = (form.dashless ? /^()([\w-]*)(=?)/ : /^(-{1,2})([\w-]*)(=?)/).exec(word) ?? [];
  if (dashes === undefined || (form.dashless && !isItem(text, start))) return [];
  if (equals === '=') {
    const field = form.table.byFlag(flag ?? '');
    const from = start + dashes.length + (flag?.length ?? 0) + 1;
    return field
      ? valuesOf(field).map((value) => ({
          ...valueSuggestion(field, value),
          text: value,
          start: from,
          end: offset + rest.length,
        }))
      : [];
  }
  return form.table.rows.flatMap((field) => {
    if (
      field.flag === undefined ||
      field.secret ||
      configuration.settings.some((one) => one.field === field && one.nameRange.start !== start)
    )
      return [];
    const label = `${dashes}${field.flag}`;
    return [{ label, field, kind: 'name', text: `${label}=`, start, end: offset } as const];
  });
}

/** Whether what begins at an offset is an item of a list. */
function isItem(text: string, start: number): boolean {
  return /(^[ \t]*-[ \t]+|[[,][ \t]*)["']?$/m.test(text.slice(text.lastIndexOf('\n', start - 1) + 1, start));
}

function variablesAt(configuration: Configuration, offset: number): Suggestion[] {
  const { text, form } = configuration;
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const line = text.slice(start, offset);
  const [, name] = /^(\w+)=/.exec(line) ?? [];
  if (name === undefined)
    return form.table.rows
      .filter((field) => !configuration.settings.some((one) => one.field === field))
      .map((field) => ({ label: field.name, field, kind: 'name', text: `${field.name}=`, start, end: offset }));
  const field = form.table.find(name);
  return field
    ? valuesOf(field).map((value) => ({
        ...valueSuggestion(field, value),
        text: value,
        start: start + name.length + 1,
        end: offset,
      }))
    : [];
}

function valueSuggestion(field: Field, value: string): Pick<Suggestion, 'label' | 'field' | 'kind'> {
  return { label: value === '' ? '""' : value, field, kind: 'value' };
}

/** The few that it may have, or else the one that it has where it is not set. */
export function valuesOf({ type, values, default: standard }: Field): readonly string[] {
  if (values) return values;
  if (type === 'boolean') return ['true', 'false'];
  return standard === '' ? [] : [standard];
}

function written({ type }: Field, value: string, isJson: boolean, quoted: boolean): string {
  if (quoted) return value;
  const bare = (type === 'boolean' || type === 'integer' || type === 'number') && value !== '';
  if (type === 'list' && value === '') return '[]';
  if (isJson) return bare ? value : JSON.stringify(value);
  return value === '' ? '""' : value;
}

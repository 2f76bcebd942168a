import * as vscode from 'vscode';
import { Configuration } from '../../core/agents/configuration';
import type { Field } from '../../core/agents/field';
import { formOf } from '../../core/agents/form';
import { suggestAt } from '../../core/agents/suggest';
import type { TextRange } from '../../core/agents/text/setting';
import type { ClusterStore } from '../clusters/cluster-store';
import { diagnosticOf, showProblems } from '../document-problems';
import { plainMarkdown } from '../plain-markdown';
import { CONFIGURATION_SCHEME, openConfiguration } from './configuration-uri';

/** Completion, hovers and problems in agents' configurations, all from the one table of fields. */
export function registerHelp(store: ClusterStore): vscode.Disposable {
  const selector = { scheme: CONFIGURATION_SCHEME };
  const read = (document: vscode.TextDocument): Configuration | undefined => {
    const open = openConfiguration(store, document.uri);
    return open && new Configuration(document.getText(), formOf(open.change.kind, open.change.in));
  };
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(
      selector,
      { provideCompletionItems: (document, position) => itemsAt(read(document), document, position) },
      ...['-', '=', '"', ':', ' '],
    ),
    vscode.languages.registerHoverProvider(selector, {
      provideHover: (document, position) => hoverAt(read(document), document, position),
    }),
    showProblems('hoplens-configuration', (document) =>
      read(document)?.problems.map((problem) => diagnosticOf(rangeOf(document, problem), problem)),
    ),
  );
}

function itemsAt(
  configuration: Configuration | undefined,
  document: vscode.TextDocument,
  position: vscode.Position,
): vscode.CompletionItem[] {
  const suggestions = configuration ? suggestAt(configuration, document.offsetAt(position)) : [];
  return suggestions.map((suggestion, at) => {
    const { label, field, kind, text } = suggestion;
    const item = new vscode.CompletionItem(
      label,
      kind === 'name' ? vscode.CompletionItemKind.Property : vscode.CompletionItemKind.Value,
    );
    item.range = rangeOf(document, suggestion);
    item.insertText = text;
    item.filterText = document.getText(item.range).startsWith('"') ? `"${label}` : label;
    // As the table has them: what packets meet first.
    item.sortText = String(at).padStart(4, '0');
    if (field) {
      if (kind === 'name') item.detail = factsOf(field);
      else if (label === field.default) item.detail = vscode.l10n.t('default');
      item.documentation = plainMarkdown(field.effect);
    }
    return item;
  });
}

function hoverAt(
  configuration: Configuration | undefined,
  document: vscode.TextDocument,
  position: vscode.Position,
): vscode.Hover | undefined {
  const offset = document.offsetAt(position);
  const within = ({ start, end }: TextRange): boolean => offset >= start && offset <= end;
  const setting = configuration?.settings.find((one) => within(one.nameRange) || within(one.valueRange));
  const field = setting?.field;
  if (!setting || !field) return undefined;
  const texts = [`${field.name}: ${factsOf(field)}`, field.effect, field.deprecated];
  const said = texts.flatMap((text) => (text === undefined ? [] : [plainMarkdown(text)]));
  return new vscode.Hover(said, rangeOf(document, within(setting.nameRange) ? setting.nameRange : setting.valueRange));
}

/** Type, values, default and flag of a field, in a line. */
export function factsOf({ type, values, range, default: standard, flag, name, backends }: Field): string {
  const types: Readonly<Record<Field['type'], string>> = {
    boolean: vscode.l10n.t('true or false'),
    integer: vscode.l10n.t('whole number'),
    number: vscode.l10n.t('number'),
    text: vscode.l10n.t('text'),
    duration: vscode.l10n.t('duration'),
    address: vscode.l10n.t('IP address'),
    prefix: vscode.l10n.t('prefix'),
    prefixes: vscode.l10n.t('prefix, or one of each family'),
    socket: vscode.l10n.t('address and port'),
    list: vscode.l10n.t('list'),
    map: vscode.l10n.t('settings of its own'),
  };
  const named = values?.map((value) => (value === '' ? '""' : value)).join(', ');
  const parts = [
    named === undefined ? types[type] : vscode.l10n.t('one of {0}', named),
    range && vscode.l10n.t('{0} to {1}', range[0], range[1]),
    backends && vscode.l10n.t('of backend {0}', backends.join(', ')),
    standard === '' ? vscode.l10n.t('not set by default') : vscode.l10n.t('default {0}', standard),
    flag !== undefined && flag !== name && vscode.l10n.t('flag --{0}', flag),
  ];
  return parts.filter((part) => typeof part === 'string').join(' · ');
}

function rangeOf(document: vscode.TextDocument, { start, end }: TextRange): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}

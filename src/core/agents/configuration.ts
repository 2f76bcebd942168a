import type { AgentValues } from '../plan/plan';
import type { Field } from './field';
import type { Form } from './form';
import type { ConfigProblem, Edited, Setting, Syntax } from './text/setting';
import { type Value, whyNot } from './value';

/** A text that holds an agent's settings: what is set, what is wrong, and the text with other values. */
export class Configuration {
  private readonly syntax: Syntax;
  readonly settings: readonly Setting[];
  /** By name, the last of each. */
  readonly values: ReadonlyMap<string, Value>;

  constructor(
    readonly text: string,
    readonly form: Form,
  ) {
    this.syntax = form.read(text);
    this.settings = this.syntax.settings;
    this.values = new Map(this.settings.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const])));
  }

  /** flannel's, which decides what its other fields mean. */
  get backend(): string | undefined {
    const type = this.values.get('Backend.Type') ?? 'udp';
    return typeof type === 'string' ? type : undefined;
  }

  get problems(): readonly ConfigProblem[] {
    return [
      ...this.syntax.problems,
      ...this.settings.flatMap((setting) => this.problemOf(setting)),
      ...(this.syntax.problems.length > 0 ? [] : this.form.refusals(this.values)).map(({ name, message }) => {
        const at = this.settings.find((setting) => setting.name === name)?.valueRange ?? { start: 0, end: 0 };
        return { ...at, severity: 'error' as const, message };
      }),
    ];
  }

  private problemOf({ name, field, value, nameRange, valueRange }: Setting): ConfigProblem[] {
    const { agent, words } = this.form;
    if (!field)
      return [
        { ...nameRange, severity: 'warning', message: `${agent} has no ${words} ${name}, as far as Hoplens knows.` },
      ];
    const why = field.type === 'map' ? undefined : whyNot(field, value);
    if (why !== undefined) return [{ ...valueRange, severity: 'error', message: `${name} ${why}.` }];
    if (field.deprecated !== undefined)
      return [{ ...nameRange, severity: 'warning', message: `${name}: ${field.deprecated}` }];
    const { backends } = field;
    if (backends && !backends.includes(this.backend ?? ''))
      return [
        {
          ...nameRange,
          severity: 'warning',
          message: `${name} is of ${backends.join(' and ')}: ${this.backend ?? 'this backend'} passes over it.`,
        },
      ];
    return [];
  }

  /** By the name of the field or that of its flag; `backend` is the one that flannel has then. */
  find(name: string, backend = this.backend): Field | undefined {
    const { table } = this.form;
    return table.find(name, backend) ?? table.byFlag(name.replace(/^--?/, ''));
  }

  /** The text with these values, checked as the agent does; the error is a sentence. */
  with(set: AgentValues): Edited {
    const { agent, words } = this.form;
    const type = set['Backend.Type'];
    const changes = new Map<Field, Value>();
    for (const [name, value] of Object.entries(set)) {
      const field = this.find(name, typeof type === 'string' ? type : this.backend);
      if (!field) return { error: `${agent} has no ${words} "${name}"` };
      if (field.secret) return { error: `${name} is a secret, and does not go into a plan` };
      const why = whyNot(field, value);
      if (why !== undefined) return { error: `${name} ${why}; "${String(value)}" is not` };
      changes.set(field, value);
    }
    const edited = this.syntax.edit(changes);
    if ('error' in edited) return edited;
    const known = new Set(this.problems.map(({ message }) => message));
    const wrong = new Configuration(edited.text, this.form).problems.find(
      ({ severity, message }) => severity === 'error' && !known.has(message),
    );
    return wrong ? { error: `${agent} refuses it: ${wrong.message}` } : edited;
  }

  /** What has to be set for the values that `other` has. */
  difference(other: Configuration): AgentValues {
    const names = new Set([...this.values.keys(), ...other.values.keys()]);
    return Object.fromEntries(
      [...names].flatMap((name) => {
        const value = other.values.get(name) ?? null;
        return value === (this.values.get(name) ?? null) ? [] : [[name, value]];
      }),
    );
  }
}

import type { Field } from './field';

/** The fields of one kind of configuration. */
export class FieldTable {
  constructor(
    readonly rows: readonly Field[],
    /** Whether names are the same in any case, as for Go's JSON. */
    private readonly anyCase = false,
  ) {}

  /** By its name in a file. A field that several backends have is that of `backend`, or of the first that has it. */
  find(name: string, backend?: string): Field | undefined {
    const found = this.rows.filter((row) => this.same(row.name, name));
    return found.find((row) => backend !== undefined && row.backends?.includes(backend) === true) ?? found[0];
  }

  byFlag(flag: string): Field | undefined {
    return this.rows.find((row) => row.flag === flag);
  }

  /** Whether there are fields below the name. */
  hasBelow(name: string): boolean {
    return this.rows.some((row) => this.same(row.name.slice(0, name.length + 1), `${name}.`));
  }

  same(a: string, b: string): boolean {
    return a === b || (this.anyCase && a.toLowerCase() === b.toLowerCase());
  }
}

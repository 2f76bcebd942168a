export interface RegionListener {
  onStart?(name: string): void;
  onData(name: string, bytes: Buffer): void;
  onEnd(name: string, code: number): void;
}

const NEWLINE = 0x0a;

/**
 * Takes apart a stream in which marks `NONCE start NAME` and `NONCE end NAME CODE`, a line each, enclose what commands
 * print. A mark may follow text without a newline before it. What is outside of them is somebody else's: a shell's
 * greeting, a message of the day.
 */
export class Regions {
  private pending: Buffer = Buffer.alloc(0);
  private name: string | undefined;
  private readonly nonce: Buffer;

  constructor(
    nonce: string,
    private readonly listener: RegionListener,
  ) {
    this.nonce = Buffer.from(`${nonce} `);
  }

  push(bytes: Buffer): void {
    let rest = this.pending.length > 0 ? Buffer.concat([this.pending, bytes]) : bytes;
    for (;;) {
      const at = rest.indexOf(this.nonce);
      const end = at < 0 ? -1 : rest.indexOf(NEWLINE, at);
      if (end < 0) {
        // The beginning of a mark may be there already.
        const keep = at < 0 ? Math.max(0, rest.length - this.nonce.length + 1) : at;
        this.give(rest.subarray(0, keep));
        this.pending = rest.subarray(keep);
        return;
      }
      this.give(rest.subarray(0, at));
      this.mark(rest.toString('latin1', at + this.nonce.length, end));
      rest = rest.subarray(end + 1);
    }
  }

  private give(bytes: Buffer): void {
    if (this.name !== undefined && bytes.length > 0) this.listener.onData(this.name, bytes);
  }

  private mark(text: string): void {
    const [what, name = '', code] = text.split(' ');
    if (what === 'start') {
      this.name = name;
      this.listener.onStart?.(name);
    } else if (what === 'end') {
      this.name = undefined;
      this.listener.onEnd(name, Number(code));
    }
  }
}

/** A field of a protobuf message: its number, and a varint or bytes. */
type Field = readonly [number: number, value: number | Uint8Array];

/** A protobuf message, read by field number (protobuf.dev/programming-guides/encoding). Unknown fields are skipped. */
export class Message {
  private readonly fields: readonly Field[];

  constructor(bytes: Uint8Array) {
    this.fields = readFields(bytes);
  }

  bytes(number: number): Uint8Array {
    return this.all(number)[0] ?? new Uint8Array();
  }

  all(number: number): Uint8Array[] {
    return this.fields.flatMap(([field, value]) => (field === number && typeof value !== 'number' ? [value] : []));
  }

  message(number: number): Message {
    return new Message(this.bytes(number));
  }

  messages(number: number): Message[] {
    return this.all(number).map((bytes) => new Message(bytes));
  }

  text(number: number): string {
    return new TextDecoder().decode(this.bytes(number));
  }

  texts(number: number): string[] {
    return this.all(number).map((bytes) => new TextDecoder().decode(bytes));
  }

  number(number: number): number | undefined {
    for (const [field, value] of this.fields) if (field === number && typeof value === 'number') return value;
    return undefined;
  }
}

/** What is cut off or malformed ends the message; the fields before it are kept. */
function readFields(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; at < bytes.length; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    if (type === 0) fields.push([number, varint()]);
    else if (type === 2) {
      const length = varint();
      if (at + length > bytes.length) break;
      fields.push([number, bytes.subarray(at, at + length)]);
      at += length;
    } else if (type === 1) at += 8;
    else if (type === 5) at += 4;
    else break;
  }
  return fields;
}

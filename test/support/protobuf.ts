/** Fields of a protobuf message by number: a varint, text, bytes, or several of them. */
type Fields = Readonly<Record<number, Value | readonly Value[]>>;
type Value = number | string | Uint8Array;

/** Encodes a message (protobuf.dev/programming-guides/encoding); fields in the order of their numbers. */
export function message(fields: Fields): Uint8Array {
  const bytes: number[] = [];
  for (const [number, given] of Object.entries(fields))
    for (const value of Array.isArray(given) ? (given as Value[]) : [given as Value]) {
      if (typeof value === 'number') bytes.push(...varint(Number(number) * 8), ...varint(value));
      else {
        const content = typeof value === 'string' ? new TextEncoder().encode(value) : value;
        bytes.push(...varint(Number(number) * 8 + 2), ...varint(content.length), ...content);
      }
    }
  return Uint8Array.from(bytes);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest % 128) + (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return bytes;
}

/** A value of the registry: `k8s`, a zero byte, and `runtime.Unknown` with the object. */
export function registryValue(kind: string, object: Fields): Uint8Array {
  const unknown = message({ 1: message({ 1: 'v1', 2: kind }), 2: message(object), 3: '', 4: '' });
  return Uint8Array.from([0x6b, 0x38, 0x73, 0, ...unknown]);
}

/** What `etcdctl get --prefix -w json` prints of these keys. */
export function etcdJson(values: Readonly<Record<string, Uint8Array | string>>): string {
  const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes as string).toString('base64');
  return JSON.stringify({
    header: { revision: 1 },
    kvs: Object.entries(values).map(([key, value]) => ({ key: base64(key), value: base64(value) })),
    count: Object.keys(values).length,
  });
}

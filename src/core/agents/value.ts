import { parseAddress } from '../net/address';
import { parsePrefix } from '../net/prefix';
import type { Field } from './field';

/** A value as a plan has it; null takes the setting away. */
export type Value = string | number | boolean | null;

/** What a flag or a variable says, as the field has it; the text itself where it is none. */
export function readValue({ type }: Field, text: string): Value {
  if (type === 'boolean') {
    // strconv.ParseBool, which Go's flags use.
    if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
    if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
  }
  if ((type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text;
}

/** Why the agent would refuse the value, as the end of a sentence; undefined where it takes it. */
export function whyNot(field: Field, value: Value): string | undefined {
  if (value === null) return undefined;
  const { values, range } = field;
  if (typeof value === 'string' && /[\u0000-\u001f\u007f]/.test(value))
    return 'is one line, without control characters';
  if (values && typeof value === 'string' && !values.includes(value))
    return `is one of ${values.map((one) => (one === '' ? 'the empty text' : one)).join(', ')}`;
  const wrong = wrongType(field, value);
  if (wrong !== undefined) return wrong;
  if (range && (Number(value) < range[0] || Number(value) > range[1])) return `is from ${range[0]} to ${range[1]}`;
  return undefined;
}

function wrongType({ type }: Field, value: string | number | boolean): string | undefined {
  const text = String(value);
  const isText = typeof value === 'string';
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'is true or false';
    case 'integer':
      return typeof value === 'number' && Number.isSafeInteger(value) ? undefined : 'is a whole number';
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? undefined : 'is a number';
    case 'duration':
      return isText && nanoseconds(text) !== undefined ? undefined : 'is a duration like 30s, 1m30s or 0s';
    case 'address':
      return text === '' || (isText && parseAddress(text)) ? undefined : 'is an IP address';
    case 'prefix':
      return text === '' || (isText && isPrefix(text)) ? undefined : 'is a prefix like 10.1.0.0/16';
    case 'prefixes':
      return text === '' || (isText && arePrefixes(text))
        ? undefined
        : 'is a prefix, or one of IPv4 and one of IPv6 with a comma between';
    case 'socket':
      return text === '' || (isText && isSocket(text)) ? undefined : 'is ADDRESS:PORT';
    case 'text':
    case 'list':
      return isText ? undefined : 'is a text';
    case 'map':
      return 'has fields of its own, which are changed by hand';
  }
}

const NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 };

/** A duration as Go's time.ParseDuration reads it. */
export function nanoseconds(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^[+-]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, count = '', , unit = ''] of text.matchAll(/(\d+(\.\d*)?)(ns|us|µs|ms|s|m|h)/g))
    sum += Number(count) * (NS[unit] ?? 0);
  return text.startsWith('-') ? -sum : sum;
}

function isPrefix(text: string): boolean {
  return /^[^/]+\/\d+$/.test(text) && parsePrefix(text) !== undefined;
}

function arePrefixes(text: string): boolean {
  const parts = text.split(',');
  const families = new Set(parts.map((part) => parsePrefix(part)?.family));
  return parts.every(isPrefix) && families.size === parts.length;
}

function isSocket(text: string): boolean {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  return parseAddress(bracketed ?? plain ?? '') !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
}

import * as vscode from 'vscode';

const UNITS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** `10 years ago`, in the language of the editor; undefined without a date. */
export function age(collectedAt: string | undefined, now: Date): string | undefined {
  const then = collectedAt === undefined ? NaN : Date.parse(collectedAt);
  if (Number.isNaN(then)) return undefined;
  const seconds = (then - now.getTime()) / 1000;
  const format = new Intl.RelativeTimeFormat(vscode.env.language, { numeric: 'auto' });
  for (const [unit, length] of UNITS)
    if (Math.abs(seconds) >= length) return format.format(Math.round(seconds / length), unit);
  return format.format(0, 'minute');
}

/** The date in full, for tooltips. */
export function collectedText(collectedAt: string | undefined): string {
  if (collectedAt === undefined) return vscode.l10n.t('The snapshot does not say when it was collected.');
  return vscode.l10n.t('Collected {0}', new Date(collectedAt).toLocaleString(vscode.env.language));
}

/** A colour of the style sheet, `#1f1f1f` or `rgba(38, 79, 120, 0.5)`, as Monaco takes it; undefined for other forms. */
export function hexColour(css: string): string | undefined {
  const text = css.trim();
  if (/^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(text)) return text;
  const numbers =
    /^rgba?\(([\d.,%/\s]+)\)$/
      .exec(text)?.[1]
      ?.split(/[\s,/]+/)
      .map(Number) ?? [];
  const [red, green, blue, alpha = 1] = numbers;
  if (red === undefined || green === undefined || blue === undefined || numbers.some(Number.isNaN)) return undefined;
  const bytes = [red, green, blue, alpha * 255].map((value) => Math.round(value).toString(16).padStart(2, '0'));
  return `#${bytes.join('')}`;
}

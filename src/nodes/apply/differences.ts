/** Lines of the one text that the other has not, as often as it has them. */
export function linesWithout(text: string, other: string): string[] {
  const left = new Map<string, number>();
  for (const line of lines(other)) left.set(line, (left.get(line) ?? 0) + 1);
  return lines(text).filter((line) => {
    const count = left.get(line) ?? 0;
    if (count > 0) left.set(line, count - 1);
    return count === 0;
  });
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

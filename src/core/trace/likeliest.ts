import type { Outcome, TraceResult } from './result';

/** The outcome that was seen, else the first. */
export function likeliest({ outcomes }: Pick<TraceResult, 'outcomes'>): Outcome | undefined {
  return outcomes.find(({ supportedBy }) => supportedBy.length > 0) ?? outcomes[0];
}

/** Whether two outcomes can hold at once: no fact has values in the one that it lacks in the other. */
export function agree(one: Pick<Outcome, 'assumptions'>, other: Pick<Outcome, 'assumptions'>): boolean {
  return one.assumptions.every(({ node, key, value }) => {
    const same = other.assumptions.find((candidate) => candidate.node === node && candidate.key === key);
    return !same || same.value.split('|').some((each) => value.split('|').includes(each));
  });
}

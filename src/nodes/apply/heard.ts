import type { Said } from './root-script';
import type { Guard } from './state';

/** How a change ended, as the node's journal has it. */
export interface Ending {
  readonly result: 'confirmed' | 'reverted' | 'revert failed';
  /** Empty where somebody has asked for it. */
  readonly why: string;
}

const RESULTS = ['confirmed', 'revert failed', 'reverted'] as const;

/** What a node has told of its change so far; see node/verbs.sh for who says what. */
export class Heard {
  guard: Guard | undefined;
  /** The last word about where it is: `unchanged`, `changing`, `applied`, `reverting`, `confirming`, `gone` … */
  word = '';
  ending: Ending | undefined;
  /** Why something was not done. */
  failure: string | undefined;
  done = 0;
  /** Sentences without the node's name. */
  readonly obstacles: string[] = [];
  readonly warnings = new Set<string>();
  /** How the subjects of the operations are, by number from 1. */
  readonly findings = new Map<number, { state: string; found: string[] }>();
  /** What came of operations, in the node's words. */
  readonly actual = new Map<number, string[]>();

  constructor(private readonly onCommand: (command: string) => void) {}

  learn({ word, rest }: Said): void {
    const [first = '', second = ''] = rest.split(' ', 2);
    const line = rest.slice(first.length + 1);
    const number = Number(first);
    switch (word) {
      case 'run':
        this.onCommand(rest);
        break;
      case 'guard':
        this.guard = guardOf(first);
        break;
      case 'no-boot-guard':
        this.warnings.add(
          'it has no systemd: when it is restarted before the change is confirmed, files and etcd stay changed',
        );
        break;
      case 'unable':
        this.obstacles.push(`it cannot revert by itself: ${rest}`);
        break;
      case 'open':
        this.obstacles.push(`another change of it is open (${rest}): confirm or revert that one first`);
        break;
      case 'state':
        this.findings.set(number, { state: second, found: [] });
        break;
      case 'found':
        this.findings.get(number)?.found.push(line);
        break;
      case 'after':
        this.actual.set(number, [...(this.actual.get(number) ?? []), line]);
        break;
      case 'done':
        this.done = number;
        break;
      case 'notes':
        if (rest !== '') this.warnings.add(rest);
        break;
      case 'failed':
        this.failure = rest;
        break;
      case 'armed':
        this.guard = guardOf(first);
        this.word = word;
        break;
      case 'result':
        this.end(rest);
        break;
      case 'checked':
      case 'unchanged':
      case 'changing':
      case 'applied':
      case 'reverting':
      case 'confirming':
      case 'gone':
        this.word = word;
        break;
    }
  }

  private end(rest: string): void {
    const result = RESULTS.find((one) => rest === one || rest.startsWith(`${one} `));
    if (!result) return;
    const why = rest.slice(result.length + 1);
    this.ending = { result, why: why === 'by request' ? '' : why };
  }
}

function guardOf(word: string): Guard {
  return word === 'systemd' ? 'systemd' : 'process';
}

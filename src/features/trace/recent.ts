import type * as vscode from 'vscode';

/** A question that was asked, and of which cluster. */
export interface RecentQuestion {
  readonly clusterUri: string;
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
}

const KEY = 'hoplens.recentQuestions';
const MOST = 8;

/** The questions that were last asked in this workspace, the latest first. */
export class RecentQuestions {
  constructor(private readonly memento: vscode.Memento) {}

  get all(): readonly RecentQuestion[] {
    return this.memento.get<readonly RecentQuestion[]>(KEY, []);
  }

  async add(question: RecentQuestion): Promise<void> {
    const same = JSON.stringify(question);
    const others = this.all.filter((one) => JSON.stringify(one) !== same);
    await this.memento.update(KEY, [question, ...others].slice(0, MOST));
  }
}

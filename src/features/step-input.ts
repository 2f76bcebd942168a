import * as vscode from 'vscode';

/** Where a question stands among several that belong together. */
export interface Step {
  /** Counting from 1. */
  readonly number: number;
  readonly total: number;
  readonly canGoBack: boolean;
}

/** Undefined: the user left. */
export type Answer<T> = T | 'back' | undefined;

type StepInput = vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox;

/** Shows one step of a question until it is answered. `read`: the answer, undefined while there is no valid one. */
export function showStep<T>(input: StepInput, step: Step, read: () => T | undefined): Promise<Answer<T>> {
  input.step = step.number;
  input.totalSteps = step.total;
  // What was answered before would be lost with the focus, and an address is often copied from elsewhere.
  input.ignoreFocusOut = true;
  if (step.canGoBack) input.buttons = [vscode.QuickInputButtons.Back];
  return new Promise((resolve) => {
    const done = (answer: Answer<T>): void => {
      resolve(answer);
      input.dispose();
    };
    input.onDidTriggerButton(() => {
      done('back');
    });
    input.onDidAccept(() => {
      const answer = read();
      if (answer !== undefined) done(answer);
    });
    input.onDidHide(() => {
      done(undefined);
    });
    input.show();
  });
}

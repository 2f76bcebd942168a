import * as vscode from 'vscode';
import { parseAddress } from '../../core/net/address';
import { splitPort } from '../../core/trace/endpoint';
import type { OpenCluster } from '../clusters/open-cluster';
import { type EndpointChoice, origins, targets } from './choices';

/** What is known of a question before it is asked. */
export interface Asking {
  readonly open?: OpenCluster;
  readonly from?: string;
  readonly to?: string;
  readonly protocol?: string;
}

export interface Asked {
  readonly open: OpenCluster;
  readonly from: string;
  /** With its port, where the protocol has ports. */
  readonly to: string;
  readonly protocol: string;
}

type Answer<T> = T | 'back' | undefined;

/** Asks for what is missing of a question, step by step, with a way back. Undefined when the user leaves. */
export async function askQuestion(clusters: readonly OpenCluster[], known: Asking): Promise<Asked | undefined> {
  let open = known.open;
  let from = known.from;
  let to = known.to;
  let { protocol } = known;
  let port: string | undefined;
  const asksFrom = from === undefined || open === undefined;
  const asksTo = to === undefined;
  const total = (asksFrom ? 1 : 0) + (asksTo ? 1 : 0) + (protocol === undefined ? 2 : 0);

  let step: 'from' | 'to' | 'protocol' | 'port' | 'done' = asksFrom ? 'from' : asksTo ? 'to' : 'protocol';
  while (step !== 'done') {
    switch (step) {
      case 'from': {
        const answer = await pick(
          vscode.l10n.t('From where?'),
          1,
          total,
          origins(known.open ? [known.open] : clusters),
          false,
          clusters[0],
        );
        if (answer === undefined || answer === 'back') return undefined;
        ({ open } = answer);
        from = answer.endpoint;
        step = asksTo ? 'to' : protocol === undefined ? 'protocol' : 'done';
        break;
      }
      case 'to': {
        if (!open) return undefined;
        const answer = await pick(
          vscode.l10n.t('To which service, pod, address or name?'),
          asksFrom ? 2 : 1,
          total,
          targets(open),
          asksFrom,
          open,
        );
        if (answer === undefined) return undefined;
        if (answer === 'back') {
          step = 'from';
          break;
        }
        to = answer.endpoint;
        protocol = answer.protocol;
        step = protocol === undefined ? 'protocol' : 'done';
        break;
      }
      case 'protocol': {
        const answer = await pickProtocol(total - 1, total, asksFrom || asksTo);
        if (answer === undefined) return undefined;
        if (answer === 'back') {
          step = asksTo ? 'to' : 'from';
          break;
        }
        protocol = answer;
        step = protocol === 'icmp' || splitPort(to ?? '').port !== undefined ? 'done' : 'port';
        break;
      }
      case 'port': {
        const answer = await askPort(total, total);
        if (answer === undefined) return undefined;
        if (answer === 'back') {
          step = 'protocol';
          break;
        }
        port = answer;
        step = 'done';
        break;
      }
    }
  }
  if (!open || from === undefined || to === undefined) return undefined;
  return { open, from, to: port === undefined ? to : withPort(to, port), protocol: protocol ?? 'tcp' };
}

function withPort(endpoint: string, port: string): string {
  return parseAddress(endpoint)?.family === 6 ? `[${endpoint}]:${port}` : `${endpoint}:${port}`;
}

/** A pick among what is known, which also takes any text. */
function pick(
  title: string,
  step: number,
  totalSteps: number,
  items: readonly (EndpointChoice | vscode.QuickPickItem)[],
  canGoBack: boolean,
  fallback: OpenCluster | undefined,
): Promise<Answer<EndpointChoice>> {
  return new Promise((resolve) => {
    const input = vscode.window.createQuickPick<EndpointChoice | vscode.QuickPickItem>();
    input.title = title;
    input.step = step;
    input.totalSteps = totalSteps;
    input.placeholder = vscode.l10n.t('Pick one, or type an address or a name');
    input.matchOnDescription = true;
    input.items = items;
    input.buttons = canGoBack ? [vscode.QuickInputButtons.Back] : [];
    input.onDidChangeValue((text) => {
      const typed = text.trim();
      const open = fallback;
      input.items =
        typed === '' || !open
          ? items
          : [
              ...items,
              {
                label: `$(edit) ${typed}`,
                description: vscode.l10n.t('as typed'),
                open,
                endpoint: typed,
                alwaysShow: true,
              },
            ];
    });
    input.onDidTriggerButton(() => {
      resolve('back');
      input.dispose();
    });
    input.onDidAccept(() => {
      const [chosen] = input.selectedItems;
      if (chosen && 'endpoint' in chosen) resolve(chosen);
      input.dispose();
    });
    input.onDidHide(() => {
      resolve(undefined);
      input.dispose();
    });
    input.show();
  });
}

function pickProtocol(step: number, totalSteps: number, canGoBack: boolean): Promise<Answer<string>> {
  return new Promise((resolve) => {
    const input = vscode.window.createQuickPick();
    input.title = vscode.l10n.t('Which protocol?');
    input.step = step;
    input.totalSteps = totalSteps;
    input.items = [
      { label: 'tcp', description: vscode.l10n.t('a connection: SYN, SYN+ACK, ACK') },
      { label: 'udp', description: vscode.l10n.t('a datagram and its answer') },
      { label: 'icmp', description: vscode.l10n.t('an echo request and its reply') },
    ];
    input.buttons = canGoBack ? [vscode.QuickInputButtons.Back] : [];
    input.onDidTriggerButton(() => {
      resolve('back');
      input.dispose();
    });
    input.onDidAccept(() => {
      resolve(input.selectedItems[0]?.label);
      input.dispose();
    });
    input.onDidHide(() => {
      resolve(undefined);
      input.dispose();
    });
    input.show();
  });
}

function askPort(step: number, totalSteps: number): Promise<Answer<string>> {
  return new Promise((resolve) => {
    const input = vscode.window.createInputBox();
    input.title = vscode.l10n.t('Which port?');
    input.step = step;
    input.totalSteps = totalSteps;
    input.value = '80';
    input.buttons = [vscode.QuickInputButtons.Back];
    const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535;
    input.onDidChangeValue((text) => {
      input.validationMessage = isPort(text) ? '' : vscode.l10n.t('A port is a number from 1 to 65535.');
    });
    input.onDidTriggerButton(() => {
      resolve('back');
      input.dispose();
    });
    input.onDidAccept(() => {
      if (!isPort(input.value)) return;
      resolve(input.value);
      input.dispose();
    });
    input.onDidHide(() => {
      resolve(undefined);
      input.dispose();
    });
    input.show();
  });
}

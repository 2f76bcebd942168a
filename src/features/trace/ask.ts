import * as vscode from 'vscode';
import { parseAddress } from '../../core/net/address';
import { splitPort } from '../../core/trace/endpoint';
import type { OpenCluster } from '../clusters/open-cluster';
import { type Answer, type Step, showStep } from '../step-input';
import { readQuestion } from '../../core/trace/read-question';
import { type EndpointChoice, origins, type QuestionChoice, questionText, recentQuestions, targets } from './choices';
import type { RecentQuestion } from './recent';

/** What is known of a question before it is asked. */
export interface Asking {
  readonly open?: OpenCluster | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly protocol?: string | undefined;
  /** The answer to the first question that is offered first, an ENDPOINT. */
  readonly near?: string | undefined;
}

export interface Asked {
  readonly open: OpenCluster;
  readonly from: string;
  /** With its port, where the protocol has ports. */
  readonly to: string;
  readonly protocol: string;
}

/** Asks for what is missing of a question, step by step, with a way back. Undefined when the user leaves. */
export async function askQuestion(
  clusters: readonly OpenCluster[],
  known: Asking,
  recent: readonly RecentQuestion[],
): Promise<Asked | undefined> {
  let open = known.open;
  let from = known.from;
  let to = known.to;
  let { protocol } = known;
  let port: string | undefined;
  const asksFrom = from === undefined || open === undefined;
  let asksTo = to === undefined;
  const total = (asksFrom ? 1 : 0) + (asksTo ? 1 : 0) + (protocol === undefined ? 2 : 0);

  let step: 'from' | 'to' | 'protocol' | 'port' | 'done' = asksFrom ? 'from' : asksTo ? 'to' : 'protocol';
  while (step !== 'done') {
    switch (step) {
      case 'from': {
        const answer = await pick(
          vscode.l10n.t('From where?'),
          { number: 1, total, canGoBack: false },
          [...(asksTo ? recentQuestions(recent, clusters) : []), ...origins(known.open ? [known.open] : clusters)],
          known.open ?? clusters[0],
          known.near,
        );
        if (answer === undefined || answer === 'back') return undefined;
        ({ open } = answer);
        if ('question' in answer) {
          ({ from, to, protocol } = answer.question);
          asksTo = false;
          if (from === undefined) break;
        } else from = answer.endpoint;
        step = asksTo ? 'to' : missingAfter(to, protocol);
        break;
      }
      case 'to': {
        if (!open) return undefined;
        const answer = await pick(
          vscode.l10n.t('To which service, pod, address or name?'),
          { number: asksFrom ? 2 : 1, total, canGoBack: asksFrom },
          targets(open),
          open,
          known.near,
        );
        if (answer === undefined || (answer !== 'back' && 'question' in answer)) return undefined;
        if (answer === 'back') {
          step = 'from';
          break;
        }
        to = answer.endpoint;
        protocol = answer.protocol;
        step = missingAfter(to, protocol);
        break;
      }
      case 'protocol': {
        const answer = await pickProtocol({ number: total - 1, total, canGoBack: asksFrom || asksTo });
        if (answer === undefined) return undefined;
        if (answer === 'back') {
          step = asksTo ? 'to' : 'from';
          break;
        }
        protocol = answer;
        step = missingAfter(to, protocol);
        break;
      }
      case 'port': {
        const answer = await askPort({ number: total, total, canGoBack: true });
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

/** What is still to be asked once the target is known. */
function missingAfter(to: string | undefined, protocol: string | undefined): 'protocol' | 'port' | 'done' {
  if (protocol === undefined) return 'protocol';
  return protocol === 'icmp' || splitPort(to ?? '').port !== undefined ? 'done' : 'port';
}

function withPort(endpoint: string, port: string): string {
  return parseAddress(endpoint)?.family === 6 ? `[${endpoint}]:${port}` : `${endpoint}:${port}`;
}

/** A pick among what is known, which also takes any text: an ENDPOINT, or a whole question. */
function pick(
  title: string,
  step: Step,
  items: readonly vscode.QuickPickItem[],
  fallback: OpenCluster | undefined,
  near?: string,
): Promise<Answer<EndpointChoice | QuestionChoice>> {
  const input = vscode.window.createQuickPick();
  input.title = title;
  input.placeholder = step.canGoBack
    ? vscode.l10n.t('Pick one, or type an address or a name')
    : vscode.l10n.t('Pick one, or type an address, worker -> g4:80, a curl command, a line of tcpdump');
  input.matchOnDescription = true;
  input.items = items;
  input.activeItems = items.filter((item) => isChoice(item) && 'endpoint' in item && item.endpoint === near);
  input.onDidChangeValue((text) => {
    const typed = text.trim();
    input.items = typed === '' || !fallback ? items : [...items, asTyped(typed, fallback, !step.canGoBack)];
  });
  return showStep(input, step, () => {
    const [chosen] = input.selectedItems;
    return chosen && isChoice(chosen) ? chosen : undefined;
  });
}

function isChoice(item: vscode.QuickPickItem): item is EndpointChoice | QuestionChoice {
  return 'endpoint' in item || 'question' in item;
}

function asTyped(text: string, open: OpenCluster, mayBeQuestion: boolean): EndpointChoice | QuestionChoice {
  const question = mayBeQuestion ? readQuestion(text) : undefined;
  const common = { description: vscode.l10n.t('as typed'), open, alwaysShow: true };
  return question
    ? { ...common, label: `$(arrow-swap) ${questionText(question)}`, question }
    : { ...common, label: `$(edit) ${text}`, endpoint: text };
}

function pickProtocol(step: Step): Promise<Answer<string>> {
  const input = vscode.window.createQuickPick();
  input.title = vscode.l10n.t('Which protocol?');
  input.items = [
    { label: 'tcp', description: vscode.l10n.t('a connection: SYN, SYN+ACK, ACK') },
    { label: 'udp', description: vscode.l10n.t('a datagram and its answer') },
    { label: 'icmp', description: vscode.l10n.t('an echo request and its reply') },
  ];
  return showStep(input, step, () => input.selectedItems[0]?.label);
}

function askPort(step: Step): Promise<Answer<string>> {
  const input = vscode.window.createInputBox();
  input.title = vscode.l10n.t('Which port?');
  input.value = '80';
  const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535;
  input.onDidChangeValue((text) => {
    input.validationMessage = isPort(text) ? '' : vscode.l10n.t('A port is a number from 1 to 65535.');
  });
  return showStep(input, step, () => (isPort(input.value) ? input.value : undefined));
}

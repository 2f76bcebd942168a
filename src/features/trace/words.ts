import * as vscode from 'vscode';
import type { PageWords } from '../../webview/page-words';
import { verdictWords } from '../verdict-words';

/** The words of the trace's page. */
export function pageWords(): PageWords {
  return {
    verdicts: verdictWords(),
    if: vscode.l10n.t('if'),
    supportedBy: vscode.l10n.t('Supported by what was seen on the cluster:'),
    request: vscode.l10n.t('Request'),
    reply: vscode.l10n.t('Reply'),
    ack: vscode.l10n.t('Third packet'),
    data: vscode.l10n.t('First data'),
    traceWith: vscode.l10n.t('Trace with This Change'),
    withChanges: vscode.l10n.t('As it would be with this change:'),
    effect: vscode.l10n.t('Then:'),
    where: vscode.l10n.t('Where'),
    what: vscode.l10n.t('What'),
    packet: vscode.l10n.t('Packet after it'),
    source: vscode.l10n.t('Source'),
    line: vscode.l10n.t('line'),
    assumed: vscode.l10n.t('Taken as given'),
    notSimulated: vscode.l10n.t('Not simulated'),
    outerPacket: vscode.l10n.t('The outer packet'),
    copy: vscode.l10n.t('Copy'),
    copyAs: {
      text: vscode.l10n.t('Copy as Text'),
      markdown: vscode.l10n.t('Copy as Markdown'),
      json: vscode.l10n.t('Copy as JSON'),
    },
    ends: vscode.l10n.t('ends at'),
    assuming: vscode.l10n.t('It depends on what the snapshot does not hold. Settle it:'),
    on: vscode.l10n.t('on'),
    or: vscode.l10n.t('or'),
    unknown: vscode.l10n.t('not known'),
    way: vscode.l10n.t('The way of the packets. Each stop leads to its step below.'),
    in: vscode.l10n.t('in'),
    out: vscode.l10n.t('out'),
    inTunnel: vscode.l10n.t('in the tunnel'),
    delivered: vscode.l10n.t('delivered'),
    toStep: vscode.l10n.t('Go to the step'),
    captures: vscode.l10n.t('What was captured'),
    marks: {
      seen: vscode.l10n.t('seen'),
      'not-seen': vscode.l10n.t('not seen'),
      unknown: vscode.l10n.t('cannot be told'),
    },
    otherOutcomes: vscode.l10n.t('Otherwise'),
    showDump: vscode.l10n.t('Show Dump Here'),
    openInEditor: vscode.l10n.t('Open in Editor'),
    closeDump: vscode.l10n.t('Close'),
    dumpLabel: vscode.l10n.t('Dump, read-only. Tab leaves it, Escape closes it.'),
  };
}

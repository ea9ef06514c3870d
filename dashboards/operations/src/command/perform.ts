// From a key or a button to an order: at once where nothing more is needed, else by a dialog.

import { caseOf } from '../case/archive';
import { details, fetchDetail } from '../case/detail';
import type { LiveCase } from '../live/protocol';
import { type DialogName, openDialog, view } from '../view/view';
import { toArrive, toLeave } from './assignment';
import { tell } from './notices';
import { withGuess } from './optimistic';
import { type CommandName, UNDO } from './order';
import { give, isAllowed, orders } from './send';
import { drop, type Given, offers, stillOffered } from './undo';

const DIALOG: Partial<Record<CommandName, DialogName>> = {
  assignUnit: 'assign',
  resolveCase: 'resolve',
  verifyCase: 'verify',
  closeCase: 'close',
  addNote: 'note',
};

export function selectedCase(): string | null {
  const { selected } = view.getState();
  return selected?.startsWith('case:') ? selected.slice('case:'.length) : null;
}

/** A key pressed before the case's allowed orders are known waits for them. */
export async function perform(command: CommandName, caseId: string): Promise<void> {
  const seen = caseOf(caseId);
  const known = details.getState().byCase.get(caseId)?.version ?? -1;
  if (seen && known < seen.version) {
    await fetchDetail(caseId, seen.version);
    // A dialog about a case that is no longer on the screen would be about the wrong one.
    if (command in DIALOG && selectedCase() !== caseId) return;
  }
  begin(command, caseId);
}

function begin(command: CommandName, caseId: string): void {
  const truth = caseOf(caseId);
  const { busy } = orders.getState();
  // While an order is under way the next one may be begun: it waits, and is judged again then.
  if (!truth || !(isAllowed(caseId, command) || busy.has(caseId))) {
    refuse(command, truth?.number ?? '');
    return;
  }
  const dialog = DIALOG[command];
  if (dialog) openDialog(dialog);
  else if (command === 'acknowledgeCase') void give(caseId, { command });
  else if (command === 'markEnRoute' || command === 'markOnScene') move(command, truth);
}

function move(command: 'markEnRoute' | 'markOnScene', truth: LiveCase): void {
  const { guesses } = orders.getState();
  const item = withGuess(truth, guesses.get(truth.id));
  const assignment = command === 'markEnRoute' ? toLeave(item) : toArrive(item);
  if (assignment) void give(truth.id, { command, unit: assignment.unit });
  else refuse(command, truth.number);
}

/** An order to everything that was chosen together; only seeing is done by the dozen. */
export function performForChosen(command: CommandName): void {
  if (command === 'acknowledgeCase') openDialog('bulk');
  else tell({ kind: 'oneByOne', command, caseNumber: '', message: '' });
}

export function undo(one: Given): Promise<void> {
  drop(one.caseId);
  return give(one.caseId, { command: UNDO[one.command] });
}

/** The last order that may still be taken back. */
export async function undoLast(): Promise<void> {
  const last = stillOffered(offers.getState().given, Date.now()).at(-1);
  if (last) await undo(last);
}

function refuse(command: CommandName, caseNumber: string): void {
  tell({ kind: 'notAllowed', command, caseNumber, message: '' });
}

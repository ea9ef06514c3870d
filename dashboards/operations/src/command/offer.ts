// Which orders a case offers now: those the hub allows, less those that would change nothing.

import type { LiveCase } from '../live/protocol';
import type { CommandName } from './order';

/** An acknowledgement stands until its episode ends: it is not asked for twice. */
export function offered(
  command: CommandName,
  item: Pick<LiveCase, 'acknowledgedBy'> | undefined,
  detail: { allowedCommands: readonly string[] } | null | undefined,
): boolean {
  if (!item || !detail?.allowedCommands.includes(command)) return false;
  return command !== 'acknowledgeCase' || item.acknowledgedBy == null;
}

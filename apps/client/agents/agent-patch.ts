import type { ChangeAgentDescriptionRequest } from '@icmp-mon/agents/contract';
import { UsageError } from '@icmp-mon/platform/command-line';
import { nothingToSet, tagPatchOf } from '../options';
import type { Session } from '../session';

const NO_CAPACITY = 'none';

/** Reads what `agents set` changes. @throws UsageError without a change, or for tags or a capacity that cannot be read */
export function readDescriptionPatch(session: Session): ChangeAgentDescriptionRequest {
  const { asked } = session;
  const [name, region, provider] = ['name', 'region', 'provider'].map((option) => asked.text(option));
  const [capacity, tags] = [asked.text('capacity'), tagPatchOf(session)];
  const patch = {
    ...(name !== undefined && { name }),
    ...(region !== undefined && { region }),
    ...(provider !== undefined && { provider: provider || null }),
    ...(tags !== undefined && { tags }),
    ...(capacity !== undefined && { capacityPps: capacity === NO_CAPACITY ? null : packetsPerSecond(capacity) }),
  };
  if (Object.keys(patch).length > 0) return patch;
  throw nothingToSet(session);
}

function packetsPerSecond(text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new UsageError(`--capacity is "${text}". Give whole packets per second, or ${NO_CAPACITY}.`);
}

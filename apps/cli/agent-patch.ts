import type { ChangeAgentDescriptionRequest } from '@icmp-mon/agents/contract';
import type { Invocation } from '@icmp-mon/platform/command-line';
import { parseTags } from '@icmp-mon/targets/contract';
import { Refusal } from './cli-context';

const NO_CAPACITY = 'none';

/** Reads what `agents set` changes. @throws Refusal without a change, or for tags or a capacity that cannot be read */
export function readDescriptionPatch(asked: Pick<Invocation, 'text'>): ChangeAgentDescriptionRequest {
  const [name, region, provider] = ['name', 'region', 'provider'].map((option) => asked.text(option));
  const [capacity, tags] = [asked.text('capacity'), changedTags(asked.text('tags'), asked.text('remove-tags'))];
  const patch = {
    ...(name !== undefined && { name }),
    ...(region !== undefined && { region }),
    ...(provider !== undefined && { provider: provider || null }),
    ...(tags !== undefined && { tags }),
    ...(capacity !== undefined && { capacityPps: capacity === NO_CAPACITY ? null : packetsPerSecond(capacity) }),
  };
  if (Object.keys(patch).length > 0) return patch;
  throw new Refusal('Nothing to change. Name what to set: npm run icmpmon -- agents set --help');
}

function changedTags(set: string | undefined, removed: string | undefined): Record<string, string | null> | undefined {
  if (set === undefined && removed === undefined) return undefined;
  const parsed = parseTags(set ?? '');
  if ('error' in parsed) throw new Refusal(`--tags: ${parsed.error}`);
  const keys = (removed ?? '').split(/[\s,]+/).filter((key) => key !== '');
  return { ...parsed.tags, ...Object.fromEntries(keys.map((key) => [key, null])) };
}

function packetsPerSecond(text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new Refusal(`--capacity is "${text}". Give whole packets per second, or ${NO_CAPACITY}.`);
}

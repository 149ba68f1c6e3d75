import { counted } from '@icmp-mon/platform/text';
import type { ApiClient } from '../api/api-client';
import { Refusal } from '../api/refusal';
import { type Fault, FaultyConfig } from './fault';
import type { Change, Difference, Kind } from './kind';
import type { Config } from './read-config';

export interface PlanOptions {
  /** Delete objects of the scope that are not in the files. */
  isDeleting: boolean;
  /** Most deletions. */
  deletionsMax: number;
  /** Change targets that exist outside the scope, so that they get into it. */
  isAdopting: boolean;
}

/** The changes that make the server as the files state. */
export interface Plan {
  /** Address of the installation. */
  url: string;
  scope: string | null;
  changes: Change[];
  /** By the key of the kind. */
  differences: ReadonlyMap<string, Pick<Difference, 'unchanged' | 'unmanaged' | 'unstated'>>;
}

/**
 * Compares the files with the server, and changes nothing.
 * @throws FaultyConfig; Refusal for more deletions or adoptions than allowed
 */
export async function makePlan(
  api: ApiClient,
  config: Config,
  kinds: readonly Kind[],
  options: PlanOptions,
): Promise<Plan> {
  const { scope, wanted } = config;
  if (options.isDeleting && scope === null)
    throw new Refusal(
      "--delete needs a scope, so that it deletes only what these files manage. Add to a file, for example: scope: 'source=git'",
    );
  const names = new Map<string, readonly string[]>();
  const differences = new Map<string, Difference>();
  const faults: Fault[] = [];
  for (const kind of kinds) {
    const state = await kind.readState(api);
    const items = wanted.get(kind.key) ?? [];
    // Without a list of this kind nothing of it is managed, and nothing deleted.
    const isDeleting = options.isDeleting && wanted.has(kind.key);
    const context = { scope, isDeleting, namesOf: (key: string) => names.get(key) ?? [] };
    names.set(kind.key, kind.namesOf(items, state));
    const difference = kind.compare(items, state, context);
    differences.set(kind.key, wanted.has(kind.key) ? difference : unlisted(difference));
    faults.push(...difference.faults);
  }
  if (faults.length > 0) throw new FaultyConfig(faults);
  const changes = [...differences.values()].flatMap((each) => each.changes);
  requireBounds(changes, scope, options);
  return { url: api.url, scope, changes, differences };
}

/** Without a list of its kind, no object is the configuration's. */
function unlisted(difference: Difference): Difference {
  const { inScope, others } = difference.unmanaged;
  return { ...difference, unmanaged: { inScope: 0, others: inScope + others } };
}

function requireBounds(
  changes: readonly Change[],
  scope: string | null,
  { deletionsMax, isAdopting }: PlanOptions,
): void {
  const deletions = changes.filter(({ action }) => action === 'delete');
  if (deletions.length > deletionsMax)
    throw new Refusal(
      `The plan deletes ${counted(deletions.length, 'object')}, more than --max-deletions ${deletionsMax}: ${firstOf(deletions)}. ` +
        'Nothing was changed. Check the files, or raise the bound.',
    );
  const adopted = changes.filter((change) => change.isAdopted);
  if (adopted.length > 0 && !isAdopting)
    throw new Refusal(
      `${counted(adopted.length, 'object')} of the files exist${adopted.length === 1 ? 's' : ''} already, outside the scope ${scope ?? ''}: ${firstOf(adopted)}. ` +
        'Others may manage them. Nothing was changed. To take them over, add --adopt.',
    );
}

const SHOWN_MAX = 5;

function firstOf(changes: readonly Change[]): string {
  const titles = changes.slice(0, SHOWN_MAX).map(({ title }) => title);
  return [...titles, ...(changes.length > SHOWN_MAX ? ['…'] : [])].join(', ');
}

import {
  PLACEMENT_TEXTS,
  type PreviewedAgent,
  type TierPreview,
  type TierPreviewRequest,
} from '@icmp-mon/assignment/contract';
import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { completePolicy, readPolicy, type StoredTierPolicy, type TierPolicy } from '@icmp-mon/tiers/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { poolsOf, readAgents, type StoredAgents } from '../candidate-agents';
import { readColumns } from '../target-columns';
import { type AgentLoad, compareSelections, type Comparison } from './compared-selections';
import { previewSentences } from './preview-sentences';

const ERRORS_MAX = 50;
/** Previews that one process computes and lets wait: each reads all targets, so one is computed at a time. */
export const PREVIEWS_MAX = 3;
const NO_LOAD: AgentLoad = { targets: 0, pps: 0 };

/** Computes what a changed policy, or the removal of a tier, would do. Changes nothing. */
export class ReadTierPreview extends Query<TierPreview> {
  constructor(
    readonly tier: string,
    readonly request: TierPreviewRequest | null | undefined,
  ) {
    super();
  }
}

interface NamedPolicy {
  name: string;
  policy: TierPolicy;
}

@QueryHandler(ReadTierPreview)
export class ReadTierPreviewHandler implements IQueryHandler<ReadTierPreview> {
  private latest: Promise<unknown> = Promise.resolve();
  private unfinished = 0;

  constructor(private readonly database: ControlDatabase) {}

  /** @throws DomainError `invalid` for a policy with faults, or a successor that is not another tier; `too_many_requests` while too many wait */
  async execute(query: ReadTierPreview): Promise<TierPreview> {
    if (this.unfinished >= PREVIEWS_MAX) {
      const detail = `${this.unfinished} previews are being computed already. Try again in a few seconds.`;
      throw new DomainError('too_many_requests', detail);
    }
    this.unfinished += 1;
    const preview = this.latest.then(() => this.readPreview(query));
    this.latest = Promise.allSettled([preview]);
    try {
      return await preview;
    } finally {
      this.unfinished -= 1;
    }
  }

  private async readPreview({ tier, request }: ReadTierPreview): Promise<TierPreview> {
    const rows = await this.database.query<{ name: string; policy: StoredTierPolicy }>(
      'SELECT name, policy FROM assignment_tier ORDER BY name',
    );
    const tiers = rows.map(({ name, policy }) => ({ name, policy: completePolicy(policy) }));
    const { policies, movesTo } = plannedTiers(tier, request, tiers);
    const agents = await readAgents(this.database);
    const [was, is] = [poolsOf(tiers, agents), poolsOf(policies, agents)];
    const [names, plannedNames] = [tiers, policies].map((each) => each.map(({ name }) => name));
    const { tiers: targetTiers, ...columns } = await readColumns(this.database, names);
    const own = names.indexOf(tier);
    const concerned = new Set([...targetTiers.keys()].filter((at) => targetTiers[at] === own));
    const planned = names.map((name) => plannedNames.indexOf(name === tier ? movesTo : name));
    const compared = await compareSelections(
      columns,
      [
        { pools: was, tiers: names, targetTiers },
        { pools: is, tiers: plannedNames, targetTiers: targetTiers.map((at) => planned[at]) },
      ],
      concerned,
    );
    const ready = is.byTier.get(movesTo)?.ready;
    return {
      targets: concerned.size,
      moved: compared.moved,
      unplaced: await describeUnplaced(this.database, compared),
      ...describeAgents(agents, compared, is.capacities, {
        readyRegions: ready?.regions ?? 0,
        readyProviders: ready?.providers ?? 0,
      }),
    };
  }
}

/** Returns the tiers as they would be, and the tier that the targets would have. */
function plannedTiers(
  tier: string,
  request: TierPreviewRequest | null | undefined,
  tiers: readonly NamedPolicy[],
): { policies: NamedPolicy[]; movesTo: string } {
  const others = tiers.filter(({ name }) => name !== tier);
  if (typeof request === 'object' && request !== null && 'successor' in request) {
    const { successor } = request;
    if (others.some(({ name }) => name === successor)) return { policies: others, movesTo: successor };
    const detail = 'must be the name of another tier';
    throw new DomainError('invalid', `The successor ${detail}.`, [{ pointer: '#/successor', detail }]);
  }
  const { policy, faults } = readPolicy(request);
  if (policy === undefined) {
    const errors = faults.slice(0, ERRORS_MAX);
    throw new DomainError('invalid', `The policy is not valid: ${errors[0].pointer} ${errors[0].detail}.`, errors);
  }
  const checks = policy.checks.map((check, at) => ({ ...check, check: check.check ?? at + 1 }));
  return { policies: [...others, { name: tier, policy: { ...policy, checks } }], movesTo: tier };
}

async function describeUnplaced(sql: Sql, { unplaced }: Comparison): Promise<TierPreview['unplaced']> {
  const keys = [...unplaced.values()].flatMap(({ keys: some }) => some);
  const rows = await sql.query<{ key: number; id: string; ip: string; vrf: string }>(
    'SELECT key, target_id::text AS id, ip, vrf FROM assignment_target WHERE key = ANY($1::bigint[])',
    [keys],
  );
  const byKey = new Map(rows.map(({ key, ...target }) => [key, target]));
  return [...unplaced].map(([reason, { count, keys: some }]) => ({
    reason,
    text: PLACEMENT_TEXTS[reason],
    count,
    sample: some.flatMap((key) => byKey.get(key) ?? []),
  }));
}

function describeAgents(
  { rows }: StoredAgents,
  { moved, before, after, lost, unplaced }: Comparison,
  capacities: ReadonlyMap<string, number>,
  ready: { readyRegions: number; readyProviders: number },
): Pick<TierPreview, 'agents' | 'sentences'> {
  const agents = rows.map(({ id, name, region, provider }): PreviewedAgent => {
    const [was, is] = [before.get(id) ?? NO_LOAD, after.get(id) ?? NO_LOAD];
    return {
      ...{ id, name, region, provider },
      ...{ targetsBefore: was.targets, targetsAfter: is.targets, ppsBefore: was.pps, ppsAfter: is.pps },
      capacityPps: capacities.get(id) ?? null,
    };
  });
  const described = agents.map((agent) => ({ ...agent, lost: lost.get(agent.id) ?? 0 }));
  const short = [...unplaced].map(([reason, { count, wanted }]) => ({ reason, count, wanted }));
  return { agents, sentences: previewSentences({ moved, unplaced: short, agents: described, ...ready }) };
}

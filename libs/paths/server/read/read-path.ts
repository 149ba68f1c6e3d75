import type { Scope } from '@icmp-mon/identity/contract';
import {
  type AsNumber,
  findBreaks,
  mergePaths,
  nodeFigures,
  nodeOf,
  PATH_LIMITS,
  type PathNode,
  type PathView,
  type PathViewNode,
} from '@icmp-mon/paths/contract';
import { instantOf } from '@icmp-mon/platform/http';
import { DAY_MS } from '@icmp-mon/platform/plugins';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AsNumbers } from '../as-numbers/as-numbers';
import { ReadStoredPaths, type StoredPath } from './stored-paths';

/** Reads the paths of all agents to a target, merged, and where they break. */
export class ReadPath extends Query<PathView> {
  constructor(
    readonly ref: string,
    /** `agents`: ids, separated by commas; all without it. */
    readonly asked: { at?: string; vrf?: string; agents?: string },
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ReadPath)
export class ReadPathHandler implements IQueryHandler<ReadPath> {
  constructor(
    private readonly targets: TargetDirectory,
    private readonly stored: ReadStoredPaths,
    private readonly asNumbers: AsNumbers,
  ) {}

  /** @throws DomainError `invalid` (time), `not_found`, `ambiguous` */
  async execute({ ref, asked: { at, vrf, agents }, scope }: ReadPath): Promise<PathView> {
    const atMs = instantOf('at', at ?? 'now', Date.now());
    const { id, ip, vrf: ofVrf } = await this.targets.findRecorded(ref, vrf, scope);
    const { paths: all, agentsOmitted } = await this.stored.newestOf({ id, ip }, atMs);
    const chosen = agents?.split(',');
    const paths = all.filter(({ agent }) => chosen === undefined || chosen.includes(agent.agentId));
    const evidence = paths.map(({ path }) => path);
    const { nodes, edges, loops } = mergePaths(evidence, ip);
    const asNumbers = await this.asNumbers.ofAddresses(nodes.map(({ address }) => address));
    const figures = nodeFigures(evidence, ip);
    const names = namesOf(paths);
    return {
      ...{ targetId: id, ip, vrf: ofVrf, at: new Date(atMs).toISOString() },
      from: new Date(atMs - PATH_LIMITS.traceAgeDays * DAY_MS).toISOString(),
      agents: paths.map(({ agent }) => agent),
      agentsOmitted,
      nodes: nodes.map((node) => viewOf(node, { name: names.get(node.id), asNumbers, figures })),
      ...{ edges, loops, breaks: findBreaks(evidence) },
    };
  }
}

/** Returns names by node: one address may have another name at each site. */
function namesOf(paths: readonly StoredPath[]): Map<string, string> {
  return new Map(
    paths.flatMap(({ path: { site, trace }, names }) =>
      Object.entries(names).map(([address, name]) => [nodeOf(address, { site, target: trace.target }), name] as const),
    ),
  );
}

interface Known {
  name: string | undefined;
  asNumbers: ReadonlyMap<string, AsNumber>;
  figures: ReturnType<typeof nodeFigures>;
}

function viewOf(node: PathNode, { name, asNumbers, figures }: Known): PathViewNode {
  const measured = figures.get(node.id) ?? { ownPercent: null, pathPercent: null, rttUs: null };
  return { ...node, name: name ?? null, asNumber: asNumbers.get(node.address) ?? null, ...measured };
}

import {
  columnsOf,
  findBreaks,
  findPathChange,
  lossOf,
  mergePaths,
  mtrTable,
  type Trace,
} from '@icmp-mon/paths/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoNamespaces } from './network.mjs';
import { inWorld, TracedWorld } from './traced-world.test-data';

/** Traces of the case that is a matter of chance; docs/results has figures of more of them. */
const TRACES = Number(process.env['ICMPMON_TEST_TRACES'] ?? 12);
const PARALLEL = 16;
const reason = whyNoNamespaces();

describe.skipIf(reason !== undefined)(
  `traces of the simulated internet by mtr (needs namespaces: ${reason ?? 'yes'})`,
  { concurrent: true },
  () => {
    it('show each hop, over IPv4 and IPv6, as text too', () =>
      inWorld('plain', { plan: { equalPaths: 1 } }, async (world) => {
        const [trace, trace6] = await Promise.all([world.traceFrom(0), world.traceFrom(0, world.targetAddress(true))]);
        const { flows, onset } = lossOf(trace);
        expect(onset).toBeNull();
        expect(flows).toHaveLength(1);
        expect(flows[0]?.flow.hops.map((hop) => trace.addresses[hop])).toEqual([
          ...['100.127.0.1', '100.64.0.1', world.addressOf('ix.north'), world.addressOf('bb1.beta.north.south')],
          ...[world.addressOf('core.south'), world.addressOf('site.south-s1'), world.targetAddress()],
        ]);
        expect(lossOf(trace6).flows[0]?.flow).toMatchObject({
          end: 'target',
          hops: expect.objectContaining({ length: 7 }),
        });
        expect(mtrTable(trace, 'lab').split('\n')).toHaveLength(9);
      }));

    it.each([2, 4, 16])('show a diamond of %i, without loss and without a change of the path', (equalPaths) =>
      inWorld(`diamond${equalPaths}`, { plan: { equalPaths } }, async (world) => {
        const traces = await Promise.all(Array.from({ length: 6 }, () => world.traceFrom(0)));
        const branches = new Set(traces.flatMap(({ addresses }) => addresses));
        expect(branches.size).toBeGreaterThan(6 + Math.min(equalPaths, 8) - 1);
        for (const trace of traces) expect(lossOf(trace).onset).toBeNull();
        expect(findPathChange(traces)).toBeNull();
      }),
    );

    it('have no path loss behind routers that answer a tenth of their probes', () =>
      inWorld(
        'limited',
        { faults: [{ fault: 'router-answers', routers: ['core.*', 'bb*'], percent: 10 }] },
        async (world) => {
          for (const trace of await Promise.all([0, 0, 0, 0].map((agent) => world.traceFrom(agent)))) {
            expect(lossOf(trace).onset).toBeNull();
            for (const { hops } of lossOf(trace).flows)
              expect(hops.every(({ pathPercent }) => pathPercent === 0)).toBe(true);
          }
        },
      ));

    it('of a silent core have a gap, and reach the target', () =>
      inWorld(
        'silent',
        { faults: [{ fault: 'router-answers', routers: ['core.*', 'bb*'], percent: 0 }] },
        async (world) => {
          const graph = mergePaths(await world.tracePaths(), world.targetAddress());
          const gaps = graph.nodes.filter(({ kind }) => kind === 'gap');
          expect(gaps.map(({ gapHops }) => gapHops).sort()).toContain(2);
          expect(findBreaks(await world.tracePaths())).toEqual({ breaks: [], unexplained: [], withoutEvidence: [] });
        },
      ));

    it('show a loop, and the loss behind it', () =>
      inWorld('loop', { faults: [{ fault: 'router-loop', routers: ['core.south'] }] }, async (world) => {
        const trace = await world.traceFrom(0);
        expect(
          mergePaths([{ agent: 'one', site: 'one', trace, ended: true }], world.targetAddress()).loops,
        ).toMatchObject([{ agent: 'one' }]);
        expect(lossOf(trace).onset).toMatchObject({ terminal: true });
      }));

    it('end before a router that is down, which is where the paths of all agents break', () =>
      inWorld(
        'down',
        { plan: { equalPaths: 1 }, faults: [{ fault: 'router-down', routers: ['core.south'] }], later: true },
        async (world) => {
          const before = await world.tracePaths();
          await world.beginFaults();
          const after = await world.tracePaths();
          const evidence = after.map((each, at) => ({ ...each, usual: before[at]?.trace }));
          expect(findBreaks(evidence).breaks[0]).toMatchObject({
            node: world.addressOf('core.south'),
            coverage: 1,
            hit: 1,
          });
        },
      ));

    it('show a path change in mid-run as a second flow', () =>
      inWorld(
        'change',
        { plan: { equalPaths: 1 }, faults: [{ at: 5, for: 600, fault: 'path-change', ms: 3 }] },
        async (world) => {
          const { flows, onset } = lossOf(await world.traceFrom(0));
          expect(flows.length).toBeGreaterThanOrEqual(2);
          expect(
            flows
              .slice(0, 2)
              .map(({ flow }) => [flow.end, flow.hops.length])
              .sort(),
          ).toEqual([
            ['target', 7],
            ['target', 8],
          ]);
          expect(onset).toBeNull();
        },
      ));

    it('keep the same private address at two sites apart, and the common core together', () =>
      inWorld('sites', { plan: { equalPaths: 1 } }, async (world) => {
        const paths = await world.tracePaths();
        const graph = mergePaths(paths, world.targetAddress());
        expect(graph.nodes.filter(({ address }) => address === '100.64.0.1')).toHaveLength(paths.length);
        expect(graph.nodes.find(({ address }) => address === world.addressOf('core.south'))?.agents).toHaveLength(
          paths.length,
        );
        expect(columnsOf(graph).get(world.addressOf('site.south-s1'))).toBe(1);
      }));
  },
);

describe.skipIf(reason !== undefined)('loss of 30 % from hop 5 on', () => {
  const traced = new TracedWorld({ equalPaths: 1 }, 'loss');

  beforeAll(async () => {
    await traced.start({ fault: 'router-loss', routers: ['core.south'], percent: 30 });
    await traced.beginFaults();
  });
  afterAll(() => traced.remove());

  it('begins at hop 5, never earlier', { timeout: 60_000 + TRACES * 3_000 }, async () => {
    const traces: Trace[] = [];
    while (traces.length < TRACES) {
      const some = Array.from({ length: Math.min(PARALLEL, TRACES - traces.length) }, () => traced.traceFrom(0));
      traces.push(...(await Promise.all(some)));
    }
    const hops = traces.map((trace) => lossOf(trace).onset?.hop ?? 0);
    const counts = Object.fromEntries(
      [...new Set(hops)].sort().map((hop) => [hop, hops.filter((each) => each === hop).length]),
    );
    process.stdout.write(`${TRACES} traces by the hop at which loss begins (0: nowhere): ${JSON.stringify(counts)}\n`);
    expect(hops.filter((hop) => hop > 0 && hop < 5)).toEqual([]);
    expect(counts['5'] ?? 0).toBeGreaterThan(0.6 * TRACES);
  });
});

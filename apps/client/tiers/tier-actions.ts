import type { TierRemovalView, TierVersionView, TierView } from '@icmp-mon/tiers/contract';
import type { TierPreview } from '@icmp-mon/assignment/contract';
import { counted } from '@icmp-mon/platform/text';
import { pathOf } from '../api/api-client';
import { EXIT_UNDECIDED, endUnconfirmed, isConfirmed } from '../options';
import { printDocument, printList } from '../output/print-document';
import { printable } from '../output/printable';
import { countText, timeText } from '../output/times';
import type { Actions, Session } from '../session';
import { changedPolicy, newPolicy } from './tier-policy';

export const TIER_ACTIONS: Actions = {
  'tiers list': listTiers,
  'tiers show': showTier,
  'tiers create': createTier,
  'tiers set': setTier,
  'tiers remove': removeTier,
  'tiers changes': listVersions,
};

const tierPath = ({ asked: { args } }: Session, ...below: string[]): string => pathOf('tiers', args[0] ?? '', ...below);

async function listTiers(session: Session): Promise<void> {
  await printList(
    session,
    await session.api.readDocument<{ items: TierView[] }>('tiers'),
    [
      { title: 'NAME', of: ({ name }) => name },
      { title: 'TARGETS', of: ({ targetCount }) => countText(targetCount) },
      { title: 'INTERVAL', of: ({ probeIntervalMs }) => `${probeIntervalMs / 1000} s` },
      {
        title: 'CHECKS',
        of: ({ checks }) => checks.map(({ type, port }) => (port === undefined ? type : `${type}:${port}`)).join(', '),
      },
      { title: 'AGENTS', of: agentsText },
      { title: 'STATE', of: ({ successor }) => (successor === null ? 'in use' : `moves to ${successor}`) },
    ],
    'No tiers.',
  );
}

const agentsText = ({ agentSelection: { strategy, count } }: TierView): string =>
  strategy === 'all' ? 'all' : `${count} per target`;

async function showTier(session: Session): Promise<void> {
  await printTier(session, await session.api.readDocument<TierView>(tierPath(session)));
}

function printTier(session: Session, tier: TierView): Promise<void> {
  const { verdictRule, agentSelection, checks } = tier;
  return printDocument(session, tier, () =>
    session.output.printFields({
      name: tier.name,
      targets: countText(tier.targetCount),
      interval: `${tier.probeIntervalMs} ms`,
      timeout: `${tier.probeTimeoutMs} ms`,
      ...Object.fromEntries(checks.map(({ check, ...rest }) => [`check ${check}`, JSON.stringify(rest)])),
      agents: agentsText(tier),
      selection: JSON.stringify(agentSelection),
      'verdict rule': JSON.stringify(verdictRule),
      'built in': tier.builtIn ? 'yes' : 'no',
      version: tier.version,
    }),
  );
}

async function createTier(session: Session): Promise<void> {
  const { api, asked } = session;
  const policy = await newPolicy(session);
  const body = { ...policy, name: asked.args[0] };
  await printTier(session, await api.sendPost<TierView>('tiers', body, { isRemembered: true }));
}

async function setTier(session: Session): Promise<number> {
  const { api, asked } = session;
  const { document, etag } = await api.readVersioned<TierView>(tierPath(session));
  const policy = await changedPolicy(session, document);
  if (!asked.flag('yes')) return preview(session, policy);
  await printTier(session, await api.sendPut<TierView>(tierPath(session), policy, { ifMatch: etag }));
  return 0;
}

async function removeTier(session: Session): Promise<number> {
  const { api, asked, output } = session;
  const successor = asked.text('successor');
  const { document, etag } = await api.readVersioned<TierView>(tierPath(session));
  if (!asked.flag('yes') && successor !== undefined) return preview(session, { successor });
  const count = document.targetCount;
  const remark =
    count === 0 ? 'has no targets' : `has ${counted(count, 'target')}: --successor names the tier to which they move`;
  if (!isConfirmed(session, `The tier ${document.name} ${remark}.`)) return EXIT_UNDECIDED;
  const removal = await api.sendDelete<TierRemovalView>(tierPath(session), { query: { successor }, ifMatch: etag });
  await printDocument(session, removal, () => {
    const { name, state, targetCount } = removal;
    const moving = state === 'removing' ? `: ${countText(targetCount)} targets move to ${successor}` : '';
    return output.printLine(
      printable(`The tier ${name} is ${state === 'removing' ? 'being removed' : 'removed'}${moving}.`),
    );
  });
  return 0;
}

async function preview(session: Session, body: object): Promise<number> {
  const { api, output } = session;
  const found = await api.sendPost<TierPreview>(tierPath(session, 'preview'), body, { isRemembered: true });
  await printDocument(session, found, async () => {
    for (const sentence of found.sentences) await output.printLine(printable(sentence));
  });
  return endUnconfirmed(session);
}

async function listVersions(session: Session): Promise<void> {
  await printList(
    session,
    await session.api.readDocument<{ items: TierVersionView[] }>(tierPath(session, 'versions')),
    [
      { title: 'VERSION', of: ({ version }) => version },
      { title: 'TIME', of: ({ at }) => timeText(at) },
      { title: 'BY', of: ({ byName, by }) => byName ?? by },
      { title: 'CHANGE', of: ({ change, successor }) => (successor === null ? change : `${change}: ${successor}`) },
    ],
    'No versions.',
  );
}

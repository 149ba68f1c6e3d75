import { setTimeout as pause } from 'node:timers/promises';
import type { TierView } from '@icmp-mon/tiers/contract';
import type { Findings } from './fault';
import type { Installation } from './installation';

/** Region of the agent that "npm start" runs. */
const LOCAL_REGION = 'local';
const TIER = 'of-local-agent';

/** Adds a tier and a target that the local agent alone probes; the target must become up: every consumer in the pipeline works. */
export async function addTarget(findings: Findings, { product, network }: Installation): Promise<void> {
  const fast = await product.callApi<TierView>('GET', 'tiers/fast');
  const { probeIntervalMs, probeTimeoutMs, agentSelection, verdictRule } = fast;
  const checks = fast.checks.map(({ type, expect }) => ({ type, expect }));
  const selection = { ...agentSelection, regions: [LOCAL_REGION] };
  const policy = { probeIntervalMs, probeTimeoutMs, checks, agentSelection: selection, verdictRule };
  await product.callApi('POST', 'tiers', { name: TIER, ...policy });
  const ip = `${network}.200.1`;
  await product.callApi('POST', 'targets', { ip, tier: TIER });
  let isUp = false;
  for (let look = 0; look < 150 && !isUp; look++) {
    await pause(200);
    isUp = (await product.callApi<{ status: string }>('GET', `targets/${ip}/status`)).status === 'up';
  }
  findings.must('a target added afterwards becomes up', isUp ? 'yes' : 'no', 'yes');
  await product.callApi('DELETE', `targets/${ip}`);
  await product.callApi('DELETE', `tiers/${TIER}`);
}

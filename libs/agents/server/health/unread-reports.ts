import { AGENT_HEALTH_GROUP, AGENT_TELEMETRY_TOPIC } from '@icmp-mon/agents/contract';
import { counted, type HealthFacts } from '@icmp-mon/platform/health';

/**
 * Returns why agents' reports are not being consumed, so that a missing report does not mean a lost agent; null while they are consumed.
 */
export async function whyReportsAreUnread(look: HealthFacts): Promise<{ summary: string; advice: string } | null> {
  const shown = 'The values shown are from the last reports read.';
  if (!(await look.isRunning('projector'))) {
    const summary = "Unknown: no projector consumes agents' reports";
    return { summary, advice: `Start a projector: see Processes. ${shown}` };
  }
  const unread = await unreadReports(look);
  if (unread === null) return { summary: 'Unknown: Kafka does not answer', advice: `See Services. ${shown}` };
  if (unread === 0) return null;
  const summary = `Unknown: ${counted(unread, 'agent report')} not consumed yet`;
  return { summary, advice: `A projector consumes them: see Processes and Consumers. ${shown}` };
}

/**
 * Counts the reports in Kafka partitions from which nothing was read for as long as an agent may go without a report: their agents may be
 * connected. A report that arrived just now is read within moments and does not count. Null when Kafka does not answer.
 */
async function unreadReports({ kafka, telemetry, messaging, thresholds }: HealthFacts): Promise<number | null> {
  const ends = (await kafka.boundsOrNull())?.get(AGENT_TELEMETRY_TOPIC);
  if (ends === undefined) return null;
  const committedOffsets = await telemetry.query<{ partition: number; next_offset: number }>(
    `SELECT partition, next_offset FROM consumer_offset
     WHERE group_id = $1 AND topic = $2 AND updated_at < now() - $3 * interval '1 second'`,
    [AGENT_HEALTH_GROUP, messaging.topic(AGENT_TELEMETRY_TOPIC), thresholds.agentSilentS.bad],
  );
  return committedOffsets.reduce((sum, { partition, next_offset }) => {
    const { low, high } = ends.get(partition) ?? { low: 0, high: 0 };
    return sum + Math.max(0, high - Math.max(next_offset, low));
  }, 0);
}

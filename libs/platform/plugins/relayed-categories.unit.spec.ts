import { newId } from '@icmp-mon/platform/ids';
import { readCloudEvent, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import { expect, it } from 'vitest';
import { publicMessage } from './relayed-categories';

it('publishes events with their public type, keyed by the aggregate', () => {
  const event = {
    position: 7,
    id: newId(),
    stream: `agent-${newId()}`,
    version: 2,
    type: 'AgentCertificateRenewed',
    data: {
      agentId: newId(),
      certificateSha256: 'a'.repeat(64),
      replacesSha256: 'b'.repeat(64),
      notAfter: '2026-11-24T00:00:00.000Z',
    },
    metadata: { actor: 'test', causationId: null, correlationId: newId() },
    occurredAt: '2026-11-23T00:00:00.000Z',
  };
  const { key, value, headers } = publicMessage(event);
  expect(key).toBe(event.stream.slice('agent-'.length));
  const received = { topic: 't', partition: 0, offset: 0, key, headers, value, timestampMs: 0 } as ReceivedMessage;
  expect(readCloudEvent(received)).toMatchObject({
    id: event.id,
    type: 'icmpmon.agent.certificate-renewed.v1',
    position: 7,
    data: event.data,
  });
});

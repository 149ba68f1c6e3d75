import type { ControlDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { cloudEvent, cloudEventType } from '@icmp-mon/platform/messaging';
import { TARGET_STATUS_TOPIC } from '@icmp-mon/status/contract';
import { TARGETS_TOPIC, type TargetView } from '@icmp-mon/targets/contract';
import { TargetListProjection } from '@icmp-mon/targets/server';

/** Applies events to the target list as the projector's consumer does. */
export class ProjectedEvents {
  private changeSeq = 0;

  constructor(private readonly control: ControlDatabase) {}

  registered({ id, key, ip, vrf, name, tags, tier }: TargetView): Promise<void> {
    const data = { targetId: id, key, ip, vrf, name, tags, tier };
    return this.applyEvent(TARGETS_TOPIC, 'target', 'TargetRegistered', data);
  }

  changed({ id, key, ip, vrf, name, tags, tier }: TargetView): Promise<void> {
    const data = { targetId: id, key, ip, vrf, name, tags, tier };
    return this.applyEvent(TARGETS_TOPIC, 'target', 'TargetChanged', data);
  }

  removed({ id, key, ip, vrf }: TargetView): Promise<void> {
    return this.applyEvent(TARGETS_TOPIC, 'target', 'TargetRemoved', { targetId: id, key, ip, vrf });
  }

  statusChanged({ id, key, ip, vrf, tier }: TargetView, to: string): Promise<void> {
    this.changeSeq += 1;
    return this.applyEvent(TARGET_STATUS_TOPIC, 'target-status', 'TargetStatusChanged', {
      targetId: id,
      key,
      ip,
      vrf,
      tier,
      from: 'unknown',
      to,
      votes: { selected: 1, needed: 1, up: 0, degraded: 0, down: 1, unknown: 0 },
      shard: 0,
      reason: 'quorum_down',
      at: new Date().toISOString(),
      lastSuccessAt: null,
      changeSeq: this.changeSeq,
    });
  }

  private async applyEvent(topic: string, entity: string, eventType: string, data: object): Promise<void> {
    const type = cloudEventType(entity, eventType);
    const { value, headers = {} } = cloudEvent({ id: newId(), type, time: new Date().toISOString(), data, key: 'k' });
    const message = {
      topic,
      partition: 0,
      offset: 0,
      key: 'k',
      value: Buffer.from(value ?? ''),
      headers,
      timestampMs: 0,
    };
    await this.control.transaction((sql) => new TargetListProjection().handle(sql, [message]));
  }
}

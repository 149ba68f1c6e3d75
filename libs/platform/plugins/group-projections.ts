import { type GroupConsumer, type GroupConsumerOptions, Messaging } from '@icmp-mon/platform/messaging';
import { Injectable } from '@nestjs/common';
import { BackgroundServices } from './background-services';
import { ReadinessParts } from './readiness-parts';
import { Socket } from './socket';

/** A consumer group whose effects and offsets commit together. */
export interface GroupProjection extends GroupConsumerOptions {
  /** Name of the part of `/readyz` that shows why the group does not consume. Default: no part. */
  readinessPart?: string;
}

/** The consumer groups of which the app is a member. */
export class GroupProjections extends Socket<GroupProjection> {
  protected keyOf({ group }: GroupProjection): string {
    return group;
  }
}

/** Runs one member of each group. */
@Injectable()
export class GroupConsumers {
  private consumers: GroupConsumer[] = [];

  constructor(
    private readonly projections: GroupProjections,
    private readonly messaging: Messaging,
    private readonly readiness: ReadinessParts,
    services: BackgroundServices,
  ) {
    services.plug({
      name: 'group consumers',
      stage: 'work',
      start: () => this.start(),
      stop: () => Promise.all(this.consumers.map((consumer) => consumer.stop())),
    });
  }

  private async start(): Promise<void> {
    for (const { readinessPart, ...options } of this.projections.plugged) {
      const consumer = await this.messaging.consumeGroup(options);
      this.consumers.push(consumer);
      if (readinessPart === undefined) continue;
      const read = () => ({ ok: consumer.trouble === null, detail: consumer.trouble ?? 'consumes its topics' });
      this.readiness.plug({ name: readinessPart, checkPart: read });
    }
  }
}

import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventFollower, type EventProjection } from '@icmp-mon/platform/event-store';
import { Injectable } from '@nestjs/common';
import { BackgroundServices } from './background-services';
import { Socket } from './socket';

/** The read models that follow the event store by their own position. */
export class EventProjections extends Socket<EventProjection> {
  protected keyOf({ name }: EventProjection): string {
    return name;
  }
}

/** Runs the event projections. */
@Injectable()
export class EventFollowers {
  private followers: EventFollower[] = [];

  constructor(
    private readonly projections: EventProjections,
    private readonly control: ControlDatabase,
    services: BackgroundServices,
  ) {
    services.plug({
      name: 'event projections',
      stage: 'base',
      start: () => this.start(),
      stop: () => Promise.all(this.followers.map((follower) => follower.stop())),
    });
  }

  private start(): void {
    this.followers = this.projections.plugged.map(
      (projection) => new EventFollower({ database: this.control, projection }),
    );
    for (const follower of this.followers) follower.start();
  }
}

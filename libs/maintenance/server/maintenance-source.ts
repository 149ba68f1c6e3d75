import { ChannelListener, ControlDatabase } from '@icmp-mon/platform/database';
import { messageBytes, type StreamPart, type StreamSource, StreamSources } from '@icmp-mon/platform/http';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { map, Observable, share, throttleTime } from 'rxjs';
import { MAINTENANCE_CHANGED_CHANNEL } from './maintenance-changed';

/** Least time between two events, ms: many windows may begin in the same second. */
const EVERY_MS = 1_000;

/**
 * Source of the `maintenance` event of the stream: windows, occurrences, or the targets of open ones have changed, and pages read again what
 * they show of them. It has no data, so that it is the same for all clients. Listens only while clients are connected.
 */
@Injectable()
export class MaintenanceSource implements StreamSource, OnModuleInit, OnApplicationShutdown {
  readonly name = 'maintenance';
  readonly scopeUse = 'open';
  private listener: ChannelListener | null = null;
  private readonly shared: Observable<StreamPart>;

  constructor(
    database: ControlDatabase,
    private readonly sources: StreamSources,
  ) {
    const notified = new Observable<void>((reader) => {
      const listener = new ChannelListener({
        url: database.options.url,
        applicationName: 'icmp-mon-maintenance-notifications',
        channel: MAINTENANCE_CHANGED_CHANNEL,
        onNotify: () => reader.next(),
      });
      this.listener = listener;
      listener.start();
      return () => void listener.stop();
    });
    this.shared = notified.pipe(
      throttleTime(EVERY_MS, undefined, { leading: true, trailing: true }),
      map(() => messageBytes({ event: 'maintenance', data: {} })),
      share(),
    );
  }

  onModuleInit(): void {
    this.sources.register(this);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.listener?.stop();
  }

  openStream(): Observable<StreamPart> {
    return this.shared;
  }
}

import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { bounded } from '@icmp-mon/platform/concurrency';
import { DependencyUnavailable, isFormerPrimary } from '@icmp-mon/platform/errors';
import { closeQueue, jobsPrefix } from '@icmp-mon/platform/jobs';
import { createLogger } from '@icmp-mon/platform/ops';
import { Installation, ShownQueues } from '@icmp-mon/platform/plugins';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Queue } from 'bullmq';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { BoardPages } from './board-pages';

export const QUEUE_BOARD_PATH = '/api/v1/queues';

const REDIS_ANSWER_MS_MAX = 2_000;

/** The pages of bull-board for the queues that contexts plug in. */
@Injectable()
export class QueueBoard implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = createLogger('queue-board');
  private readonly pages = new BoardPages();
  private queues: Queue[] = [];

  constructor(
    private readonly installation: Installation,
    private readonly shown: ShownQueues,
  ) {}

  /** Runs after all modules have plugged in their queues. */
  onApplicationBootstrap(): void {
    const { redisUrl, topicPrefix } = this.installation;
    // A request does not wait for an unavailable Redis but is answered with the error.
    const connection = {
      url: redisUrl,
      maxRetriesPerRequest: 1,
      enableOfflineQueue: false,
      commandTimeout: REDIS_ANSWER_MS_MAX,
      reconnectOnError: isFormerPrimary,
    };
    const adapters = this.shown.plugged.map(({ name, description }) => {
      const queue = new Queue(name, { connection, prefix: jobsPrefix(topicPrefix) });
      queue.on('error', (error) => this.logger.debug({ err: error, queue: name }, 'Redis unavailable'));
      this.queues.push(queue);
      return new BullMQAdapter(queue, { description });
    });
    this.pages.setBasePath(QUEUE_BOARD_PATH);
    createBullBoard({
      queues: adapters,
      serverAdapter: this.pages,
      options: { uiConfig: { boardTitle: 'ICMP-Mon queues' } },
    });
  }

  /** Answers a request below the path of the board. @throws DependencyUnavailable while Redis does not answer */
  async handle(request: Request, response: Response, next: NextFunction): Promise<void> {
    await this.requireRedis();
    const pages = this.pages.getRouter() as RequestHandler;
    pages(request, response, next);
  }

  /** Checks Redis for each request, because BullMQ regards a queue as ready forever after its first connection. */
  private async requireRedis(): Promise<void> {
    const answers = Promise.all(this.queues.map((queue) => queue.isPaused()));
    try {
      await bounded(answers, REDIS_ANSWER_MS_MAX, () => new Error(`no answer within ${REDIS_ANSWER_MS_MAX} ms`));
    } catch (error) {
      throw new DependencyUnavailable('Redis of the queues', { cause: error });
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.queues.map(closeQueue));
    this.queues = [];
  }
}

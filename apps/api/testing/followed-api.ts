import { EventFollower, type EventProjection } from '@icmp-mon/platform/event-store';
import { startTestApi, type TestApi } from './test-api';

export interface FollowedApi extends TestApi {
  /** Started. */
  follower: EventFollower;
}

/** Starts a test API, and a follower that projects its events as the worker does. */
export async function startFollowedApi(projection: EventProjection): Promise<FollowedApi> {
  const api = await startTestApi();
  const follower = new EventFollower({ database: api.control, projection });
  follower.start();
  return {
    ...api,
    follower,
    async stop() {
      await follower.stop();
      await api.stop();
    },
  };
}

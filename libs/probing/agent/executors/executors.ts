import { queryDns } from './dns-query';
import type { Executors } from './executor';
import { requestHttp } from './http-request';
import { IcmpPing, type IcmpPingOptions } from './icmp-ping';
import { LoopWatch } from './loop-watch';
import { SocketExecutor } from './socket-executor';
import { SocketRoom } from './socket-room';
import { connectTcp } from './tcp-connect';

export interface ExecutorsOptions extends Pick<IcmpPingOptions, 'fpingPath' | 'captureDir'> {
  /** Most sockets at the same time; as many as the process may open unless set. */
  socketsMax?: number;
}

/** Returns one executor per type of check. */
export function createExecutors({ fpingPath, captureDir, socketsMax }: ExecutorsOptions): Executors {
  const room = new SocketRoom(socketsMax);
  const watch = new LoopWatch();
  return {
    icmp_ping: new IcmpPing({ fpingPath, captureDir }),
    tcp_connect: new SocketExecutor('tcp_connect', connectTcp, room, watch),
    http: new SocketExecutor('http', requestHttp, room, watch),
    dns: new SocketExecutor('dns', queryDns, room, watch),
  };
}

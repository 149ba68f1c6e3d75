import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { rootDir } from '../paths.mjs';
import { run } from '../run.mjs';

/**
 * Downloads Kafka's jars with Maven once, and returns their folder.
 * @param {string} runtimeDir
 * @param {(line: string) => void} print
 */
export async function kafkaJars(runtimeDir, print) {
  const jarsDir = join(runtimeDir, 'kafka');
  if (existsSync(jarsDir)) return jarsDir;
  const partialDir = `${jarsDir}.partial`;
  rmSync(partialDir, { recursive: true, force: true });
  mkdirSync(runtimeDir, { recursive: true });
  print('Downloading Kafka (54 MB) with Maven …');
  const pom = join(rootDir, 'infra/kafka/pom.xml');
  await run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${partialDir}`]);
  renameSync(partialDir, jarsDir);
  return jarsDir;
}

import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { InputError } from '../../campaign/input-error';
import { troubleOf, wordsOf } from './trouble';

/** What a worker and a client need to find the server: nothing of it is ever printed but the address and the namespace. */
export interface Target {
  readonly address: string;
  readonly namespace: string;
  readonly options: NonNullable<ReturnType<typeof loadClientConnectConfig>['connectionOptions']>;
}

export interface Temporal extends Target {
  readonly client: Client;
  close(): Promise<void>;
}

/** Where nothing else is said: a development server of this machine. */
const LOCAL = '127.0.0.1:7233';

/**
 * Where Temporal is: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_*, or a profile of temporal.toml
 * (TEMPORAL_PROFILE). These only say where; whether a campaign runs on Temporal is said with --engine or in its file.
 *
 * @throws InputError when the profile or its file cannot be used.
 */
export function targetOf(): Target {
  let config: ReturnType<typeof loadClientConnectConfig>;
  try {
    config = loadClientConnectConfig({ overrideEnvVars: settings(process.env) });
  } catch (error) {
    throw new InputError(
      'The Temporal configuration cannot be used: look at TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE and the TEMPORAL_TLS_* settings.',
      error,
    );
  }
  const { connectionOptions = {}, namespace } = config;
  const address = connectionOptions.address ?? LOCAL;
  return {
    address,
    namespace: namespace ?? 'default',
    options: { ...connectionOptions, address },
  };
}

/** An empty variable says nothing: compose files and the like hand on those that nobody has set. */
function settings(env: NodeJS.ProcessEnv): Record<string, string> {
  const said = Object.entries(env).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(said) as Record<string, string>;
}

/** Connects a client. @throws InputError when there is no server, or it does not accept this client, with what to do. */
export async function connectTemporal(target: Target = targetOf()): Promise<Temporal> {
  const { namespace, options } = target;
  let connection: Connection;
  try {
    connection = await Connection.connect({ ...options, connectTimeout: '5s' });
  } catch (error) {
    throw new InputError(wordsOf(troubleOf(error) ?? 'away', target), error);
  }
  return {
    ...target,
    client: new Client({ connection, namespace }),
    close: () => connection.close(),
  };
}

/** Asks a Temporal server whether it is ready, in plain gRPC over HTTP/2: no client library, no program, a few milliseconds. */
import { connect } from 'node:http2';

/**
 * Null when the server at `address` (host:port, without TLS) is serving and has the namespace `default`; otherwise why
 * it is of no use. Never throws.
 *
 * @param {string} address
 * @param {number} [withinMs]
 * @returns {Promise<string | null>}
 */
export async function unready(address, withinMs = 2_000) {
  try {
    const health = await call(address, '/grpc.health.v1.Health/Check', FRONTEND, withinMs);
    if (health.status !== '0') return `answered the health check with gRPC status ${health.status}`;
    // HealthCheckResponse { status = 1: SERVING = 1 }, behind the five bytes of the frame.
    if (!health.body.subarray(5).equals(Buffer.from([0x08, 0x01]))) return 'is not serving yet';
    const namespace = await call(address, `/${FRONTEND}/DescribeNamespace`, 'default', withinMs);
    return namespace.status === '0' ? null : 'has no namespace default';
  } catch (error) {
    // A stream that ends with its connection only says so; the connection's own error is the cause.
    const { code, message } = error.cause ?? error;
    return `does not answer (${code ?? message})`;
  }
}

const FRONTEND = 'temporal.api.workflowservice.v1.WorkflowService';

/** One unary call whose request has a string as its field 1, and nothing else. */
function call(address, path, text, withinMs) {
  return new Promise((resolve, reject) => {
    // The URL is the caller's to get wrong: what it throws rejects this promise.
    const session = connect(new URL(`http://${address}`));
    const timer = setTimeout(() => fail(new Error(`nothing within ${withinMs} ms`)), withinMs);
    const end = () => {
      clearTimeout(timer);
      session.destroy();
    };
    const fail = (error) => {
      end();
      reject(error);
    };
    session.on('error', fail);

    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    let status;
    const chunks = [];
    const noteStatus = (headers) => {
      status = headers['grpc-status'] ?? status;
    };
    stream.on('error', fail);
    stream.on('response', noteStatus);
    stream.on('trailers', noteStatus);
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('end', () => {
      if (status === undefined) return fail(new Error('it is not gRPC'));
      end();
      resolve({ status, body: Buffer.concat(chunks) });
    });
    stream.end(frame(text));
  });
}

/** Uncompressed, then the length, then field 1 as bytes. For texts of fewer than 126 bytes. */
function frame(text) {
  const message = Buffer.concat([Buffer.from([0x0a, text.length]), Buffer.from(text)]);
  return Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);
}

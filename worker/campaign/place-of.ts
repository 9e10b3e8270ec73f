/** The kind of an error, and its place in our own code: file and line, never the message, which may quote somebody's cell. */
export function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const frame =
    /\(?([^\s()]*\/(?:worker|core|providers|activities|workflows)\/[^\s()]+:\d+):\d+\)?/.exec(
      error.stack ?? '',
    );
  const place = frame?.[1]?.split('/').slice(-2).join('/');
  if (place === undefined) return error.name;
  return error.name === 'Error' ? place : `${error.name} at ${place}`;
}

import type { FieldPart, FilePart } from '../../core/http';

/** A multipart/form-data body (RFC 7578), whole in memory: attachments are small, and a retry needs them again. */
export function encodeMultipart(
  parts: readonly (FilePart | FieldPart)[],
  boundary: string,
): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const part of parts) {
    const isFile = 'bytes' in part;
    const file = isFile
      ? `; filename="${quote(part.filename)}"\r\ncontent-type: ${part.contentType}`
      : '';
    pieces.push(
      Buffer.from(
        `--${boundary}\r\ncontent-disposition: form-data; name="${quote(part.name)}"${file}\r\n\r\n`,
      ),
      isFile ? part.bytes : Buffer.from(part.value),
      Buffer.from('\r\n'),
    );
  }
  pieces.push(Buffer.from(`--${boundary}--\r\n`));
  return Buffer.concat(pieces);
}

/** As browsers do it: a quote or a line break in a name cannot end the header. */
function quote(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

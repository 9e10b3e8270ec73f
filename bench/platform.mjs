// The platform of the benchmarks: answers like Chatwoot's, as cheaply as Node can, after a set time. In a process of
// its own, so that its work is not counted as ours. Usage: node platform.mjs LATENCY_MS; prints its port.
import { createServer } from 'node:http';

const latencyMs = Number(process.argv[2] ?? 0);
let next = 1;
let messages = 0;

const answer = (method, path, body) => {
  if (path === '/count') return { messages };
  if (path.endsWith('/contacts/filter'))
    return { meta: { count: 0, current_page: '1' }, payload: [] };
  if (method === 'GET') return { data: { meta: {}, payload: [] }, meta: {}, payload: [] };
  next += 1;
  if (path.endsWith('/contacts')) {
    return { payload: { contact: { id: next, name: '', blocked: false }, contact_inbox: null } };
  }
  messages += 1;
  if (path.endsWith('/conversations')) {
    const { message } = JSON.parse(body);
    const row = { id: next, content_attributes: message.content_attributes, message_type: 1 };
    return { id: next, messages: [row] };
  }
  return { id: next, content: 'x', status: 'sent' };
};

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const text = JSON.stringify(
      answer(request.method, request.url.split('?')[0], Buffer.concat(chunks).toString()),
    );
    const send = () => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      });
      response.end(text);
    };
    if (latencyMs > 0) setTimeout(send, latencyMs);
    else send();
  });
})
  .listen(0, '127.0.0.1', function () {
    console.log(this.address().port);
  })
  .setTimeout(0);
process.on('disconnect', () => process.exit());

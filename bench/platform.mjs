// The platform of the benchmarks: answers like Chatwoot's, as cheaply as Node can, after a set time. In a process of
// its own, so that its work is not counted as ours. Usage: node platform.mjs LATENCY_MS; prints its port.
// GET /bench/record begins to write down when requests arrive; GET /bench/seen tells, in milliseconds by kind.
import { createServer } from 'node:http';

const latencyMs = Number(process.argv[2] ?? 0);
let next = 1;
let seen = null;

const kindOf = (method, path) => {
  if (method === 'GET' || path.endsWith('/contacts/filter')) return 'lookup';
  return path.endsWith('/contacts') ? 'contact' : 'message';
};

const read = (path) => {
  if (path === '/api') return { version: '4.15.1', queue_services: 'ok' };
  if (path.endsWith('/inboxes')) {
    const inbox = { id: 1, name: 'Bench', channel_type: 'Channel::Api' };
    return { payload: [inbox] };
  }
  return { data: { meta: {}, payload: [] }, meta: {}, payload: [] };
};

const answer = (method, path, body) => {
  if (path.endsWith('/contacts/filter'))
    return { meta: { count: 0, current_page: '1' }, payload: [] };
  if (method === 'GET') return read(path);
  next += 1;
  if (path.endsWith('/contacts')) {
    return { payload: { contact: { id: next, name: '', blocked: false }, contact_inbox: null } };
  }
  if (path.endsWith('/conversations')) {
    const { message } = JSON.parse(body);
    const row = { id: next, content_attributes: message.content_attributes, message_type: 1 };
    return { id: next, messages: [row] };
  }
  return { id: next, content: 'x', status: 'sent' };
};

const control = (path) => {
  if (path === '/bench/record') seen = { message: [], contact: [], lookup: [] };
  return seen;
};

createServer((request, response) => {
  const path = request.url.split('?')[0];
  const controls = path.startsWith('/bench/');
  // When its head arrived: a request has begun by then, whatever becomes of it.
  if (seen !== null && !controls) seen[kindOf(request.method, path)].push(Date.now());
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const text = JSON.stringify(
      controls ? control(path) : answer(request.method, path, Buffer.concat(chunks).toString()),
    );
    const send = () => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      });
      response.end(text);
    };
    if (latencyMs > 0 && !controls) setTimeout(send, latencyMs);
    else send();
  });
})
  .listen(0, '127.0.0.1', function () {
    console.log(this.address().port);
  })
  .setTimeout(0);
process.on('disconnect', () => process.exit());

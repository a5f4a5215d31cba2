// A server of npm's ws that says back what it hears. Arguments: port, token.
const { WebSocketServer } = require('ws');
const [port, token] = process.argv.slice(2);
const verifyClient = ({ req }) => req.headers.authorization === `Bearer ${token}`;
const server = new WebSocketServer({ host: '127.0.0.1', port: Number(port), verifyClient });
server.on('connection', (socket) => {
  socket.on('message', (data) => socket.send(data));
  socket.on('error', () => socket.terminate());
});
setInterval(() => server.clients.forEach((socket) => socket.ping()), 25_000);

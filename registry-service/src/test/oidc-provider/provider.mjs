// A provider of OpenID Connect for the tests: the package oidc-provider as it is, with people and a
// client of our own, on a free port of the loopback. It prints its issuer when it is ready and ends
// when its standard input does.
//
// `PUT /test/id-token` makes it lie: it gives what is to become of the ID tokens from then on.
import { createServer } from 'node:http';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import Provider from 'oidc-provider';
import { SignJWT, UnsecuredJWT, decodeJwt, importJWK } from 'jose';

const { clientId, clientSecret, redirectUri, people } = JSON.parse(process.argv[2]);

function signingKey(kid) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
}

const ours = signingKey('ours');
const strangers = signingKey('ours');

/** What becomes of the ID tokens: `claims` go over theirs, `sign` is `ours`, `strangers`, `none` or `secret`. */
let lie = null;

async function lied(token) {
  const claims = { ...decodeJwt(token), ...lie.claims };
  Object.keys(claims).forEach((name) => claims[name] === null && delete claims[name]);
  switch (lie.sign) {
    case 'none':
      return new UnsecuredJWT(claims).encode();
    case 'secret':
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', kid: 'ours' })
        .sign(new TextEncoder().encode(clientSecret));
    default: {
      const key = await importJWK(lie.sign === 'strangers' ? strangers : ours, 'RS256');
      return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'ours' }).sign(key);
    }
  }
}

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) {
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [ours] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    pkce: { required: () => true },
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'groups', 'org'],
    },
    // Whoever the person of the form says to be; unknown ones have nothing but a subject.
    findAccount: (ctx, id) => ({
      accountId: id,
      claims: () => ({ sub: id, ...people[id] }),
    }),
  });
  provider.use(async (ctx, next) => {
    await next();
    if (lie && ctx.path === '/token' && ctx.body?.id_token) {
      ctx.body = { ...ctx.body, id_token: await lied(ctx.body.id_token) };
    }
  });
  const serve = provider.callback();
  server.on('request', async (request, response) => {
    if (request.method === 'PUT' && request.url === '/test/id-token') {
      const body = await bodyOf(request);
      lie = body ? JSON.parse(body) : null;
      response.writeHead(204).end();
    } else {
      serve(request, response);
    }
  });
  console.log(`issuer: ${issuer}`);
});

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));

#!/usr/bin/env node
// SPDX-License-Identifier: LGPL-2.1-or-later
// A client of nsctld's socket, and a program that shows it: calls, errors, several replies. Node.js cannot pass
// descriptors, so a command's output cannot be read here: start `nsctl exec` or `nsctl run` for that.
'use strict'
const net = require('net')

class Client {
  constructor (path = process.env.NSCTL_SOCKET || '/run/nsctl/socket') {
    this.socket = net.createConnection(path)
    this.incoming = this.messages()
  }

  // Yields each message that comes, without its NUL.
  async * messages () {
    let unread = Buffer.alloc(0)
    for await (const data of this.socket) {
      unread = Buffer.concat([unread, data])
      for (let end; (end = unread.indexOf(0)) >= 0; unread = unread.subarray(end + 1)) {
        yield JSON.parse(unread.subarray(0, end).toString())
      }
    }
    throw new Error('nsctld has closed the connection')
  }

  // Yields the parameters of each reply. Without more, there is one.
  async * replies (method, parameters = {}, more = true) {
    this.socket.write(JSON.stringify({ method: 'org.nsctl.' + method, parameters, more }) + '\0')
    for (let continues = true; continues;) {
      const reply = (await this.incoming.next()).value
      if (reply.error) throw Object.assign(new Error(reply.error), { parameters: reply.parameters })
      continues = reply.continues
      yield reply.parameters
    }
  }

  // Returns the parameters of the only reply.
  async call (method, parameters) {
    return (await this.replies(method, parameters, false).next()).value
  }

  close () {
    this.socket.destroy()
  }
}

async function main () {
  const [client, events] = [new Client(), new Client()]
  const name = 'client-node'
  console.log('version', (await client.call('GetStatus')).version)
  try {
    await client.call('Get', { name: 'no-such-set' })
  } catch (error) {
    console.log('error', error.message, error.parameters.name)
  }
  // the set ends with this connection, if it is not removed before
  await client.call('Create', { name, spec: { namespaces: ['uts'], lease: { connection: true } } })
  console.log('created', name)
  const told = events.replies('Monitor', { set: name })
  await told.next() // the state, which comes first
  for await (const reply of client.replies('Exec', { name, command: ['true'] })) {
    console.log(...'exitStatus' in reply ? ['ended', reply.exitStatus] : ['started'])
  }
  await client.call('Remove', { name })
  for await (const reply of told) {
    if ((reply.events || []).some(event => event.what === 'setRemoved')) break
  }
  console.log('event setRemoved')
  client.close()
  events.close()
}

if (require.main === module) main()
module.exports = { Client }

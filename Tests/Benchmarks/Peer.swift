import Foundation
import Stage

/// A proxy to compare: how to start it on one core with one thread in front of two servers.
struct Peer {
    let name: String
    /// The command, given the path of its configuration.
    let command: (String) -> [String]
    /// The configuration, given the port it listens on, the servers' ports and a folder for its files.
    let configuration: (UInt16, [UInt16], String) -> String

    /// apus-proxy and every peer that this machine has; `PEERS=name,name` takes only these.
    static var all: [Peer] {
        var peers = [
            Peer(
                name: "apus-proxy",
                command: { [Programs.apusProxy, "-f", $0] },
                configuration: apusProxy
            )
        ]
        if let words = Programs.find("haproxy") {
            peers.append(
                Peer(name: "HAProxy 2.6", command: { words + ["-f", $0] }, configuration: haproxy)
            )
        }
        if let words = Programs.find("haproxy-3.0", variable: "HAPROXY_30") {
            peers.append(
                Peer(name: "HAProxy 3.0", command: { words + ["-f", $0] }, configuration: haproxy)
            )
        }
        if let words = Programs.find("nginx") {
            peers.append(
                Peer(name: "nginx", command: { words + ["-c", $0] }, configuration: nginx)
            )
        }
        guard let wanted = ProcessInfo.processInfo.environment["PEERS"] else { return peers }
        return peers.filter { wanted.split(separator: ",").map(String.init).contains($0.name) }
    }

    /// The very file that HAProxy gets.
    private static func apusProxy(port: UInt16, servers: [UInt16], folder: String) -> String {
        haproxy(port: port, servers: servers, folder: folder)
    }

    private static func haproxy(port: UInt16, servers: [UInt16], folder: String) -> String {
        """
        global
            nbthread 1
        defaults
            mode http
            timeout connect 5s
            timeout client 30s
            timeout server 30s
            option forwardfor
            http-reuse always
        frontend in
            bind 127.0.0.1:\(port)
            default_backend out
        backend out
            balance roundrobin
        \(servers.enumerated().map { "    server s\($0) 127.0.0.1:\($1)" }.joined(separator: "\n"))

        """
    }

    private static func nginx(port: UInt16, servers: [UInt16], folder: String) -> String {
        """
        daemon off;
        worker_processes 1;
        # In the bench's own folder: nginx removes its pid file when it ends.
        pid \(folder)/nginx.pid;
        error_log stderr error;
        events { worker_connections 4096; }
        http {
            access_log off;
            upstream out {
        \(servers.map { "        server 127.0.0.1:\($0);" }.joined(separator: "\n"))
                keepalive 256;
            }
            server {
                listen 127.0.0.1:\(port);
                keepalive_requests 100000000;
                location / {
                    proxy_pass http://out;
                    proxy_http_version 1.1;
                    proxy_set_header Connection "";
                    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                }
            }
        }

        """
    }
}

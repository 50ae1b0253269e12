import Foundation
import Stage

/// A proxy to compare: how to start it on one core with one thread in front of two servers.
struct Peer {
    /// What the proxy works for, so that every peer is configured alike.
    struct Site {
        let port: UInt16
        let servers: [UInt16]
        let folder: String
        /// Where syslog datagrams go; nil when nothing is logged.
        var logPort: UInt16?
        /// A Runtime API socket, for peers that have one.
        var socket: String?
    }

    let name: String
    /// Prints the version when started with these words.
    let version: [String]
    /// The command, given the path of its configuration.
    let command: (String) -> [String]
    let configuration: (Site) -> String
    /// Speaks the Runtime API, so that servers can come and go.
    var hasRuntimeAPI = true

    /// apus-proxy and every peer that this machine has; `PEERS=name,name` takes only these.
    static var all: [Peer] {
        var peers = [
            Peer(
                name: "apus-proxy",
                version: [Programs.apusProxy, "-v"],
                command: { [Programs.apusProxy, "-f", $0] },
                configuration: haproxy
            )
        ]
        for (name, program, variable) in [
            ("HAProxy 2.6", "haproxy", "HAPROXY_26"), ("HAProxy 3.0", "haproxy-3.0", "HAPROXY_30"),
        ] {
            guard let words = Programs.find(program, variable: variable) else { continue }
            peers.append(
                Peer(
                    name: name,
                    version: words + ["-v"],
                    command: { words + ["-f", $0] },
                    configuration: haproxy
                )
            )
        }
        if let words = Programs.find("nginx") {
            peers.append(
                Peer(
                    name: "nginx",
                    version: words + ["-v"],
                    command: { words + ["-c", $0] },
                    configuration: nginx,
                    hasRuntimeAPI: false
                )
            )
        }
        if let words = Programs.find("envoy", variable: "ENVOY") {
            peers.append(
                Peer(
                    name: "Envoy",
                    version: words + ["--version"],
                    command: { words + ["--concurrency", "1", "-l", "error", "-c", $0] },
                    configuration: envoy,
                    hasRuntimeAPI: false
                )
            )
        }
        guard let wanted = ProcessInfo.processInfo.environment["PEERS"] else { return peers }
        return peers.filter { wanted.split(separator: ",").map(String.init).contains($0.name) }
    }

    /// The first line that the program says of its version.
    var versionLine: String {
        let command = ChildProcess.Command(version[0], Array(version.dropFirst()))
        guard let result = try? ChildProcess.run(command) else { return "unknown" }
        let text = result.output + result.errors
        return text.split(whereSeparator: \.isNewline).first.map(String.init) ?? "unknown"
    }

    private static func haproxy(_ site: Site) -> String {
        let log = site.logPort.map { "    log 127.0.0.1:\($0) local0\n" } ?? ""
        let socket = site.socket.map { "    stats socket \($0) level admin\n" } ?? ""
        return """
            global
                nbthread 1
            \(socket)\(log)defaults
                mode http
                timeout connect 5s
                timeout client 30s
                timeout server 30s
                option forwardfor
                http-reuse always
            \(site.logPort == nil ? "" : "    log global\n    option httplog\n")frontend in
                bind 127.0.0.1:\(site.port)
                default_backend out
            backend out
                balance roundrobin
            \(site.servers.enumerated().map { "    server s\($0) 127.0.0.1:\($1)" }.joined(separator: "\n"))

            """
    }

    private static func nginx(_ site: Site) -> String {
        """
        daemon off;
        worker_processes 1;
        # In the bench's own folder: nginx removes its pid file when it ends.
        pid \(site.folder)/nginx.pid;
        error_log stderr error;
        events { worker_connections 4096; }
        http {
            \(site.logPort.map { "access_log syslog:server=127.0.0.1:\($0);" } ?? "access_log off;")
            upstream out {
        \(site.servers.map { "        server 127.0.0.1:\($0);" }.joined(separator: "\n"))
                keepalive 256;
            }
            server {
                listen 127.0.0.1:\(site.port);
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

    /// Envoy has no syslog; its log goes to a file of the bench's folder.
    private static func envoy(_ site: Site) -> String {
        let log =
            site.logPort == nil
            ? ""
            : """
                          access_log:
                          - name: envoy.access_loggers.file
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                              path: \(site.folder)/envoy-access.log

            """
        let endpoints = site.servers.map {
            "            - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: \($0)}}}"
        }
        return """
            static_resources:
              listeners:
              - address: {socket_address: {address: 127.0.0.1, port_value: \(site.port)}}
                filter_chains:
                - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: in
                      use_remote_address: true
            \(log)          route_config:
                        virtual_hosts:
                        - {name: all, domains: ["*"], routes: [{match: {prefix: "/"}, route: {cluster: out}}]}
                      http_filters:
                      - name: envoy.filters.http.router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
              clusters:
              - name: out
                type: STATIC
                load_assignment:
                  cluster_name: out
                  endpoints:
                  - lb_endpoints:
            \(endpoints.joined(separator: "\n"))

            """
    }
}

import Stage
import Testing

/// A real server that takes what we forward and passes it on to an origin: how it is started.
struct FramingPeer: Sendable, CustomTestStringConvertible {
    let name: String
    /// The words that start it; its configuration's path follows.
    let program: [String]
    /// Listens on 127.0.0.1 at `port` and forwards to `origin`; `$DIR` is its folder.
    let configuration: @Sendable (_ port: UInt16, _ origin: UInt16) -> String

    var testDescription: String { name }

    /// Those that this machine has; `ENVOY` and `CADDY` name what Debian does not package.
    static let installed: [FramingPeer] = [
        found("HAProxy", "haproxy", ["-f"], haproxy),
        found("HAProxy 3.0", "haproxy-3.0", variable: "HAPROXY_30", ["-f"], haproxy),
        found("nginx", "nginx", ["-e", "stderr", "-c"], nginx),
        found(
            "Varnish",
            "varnishd",
            ["-F", "-n", "$DIR/varnish", "-s", "malloc,32m", "-a", "127.0.0.1:$PORT", "-f"],
            varnish
        ),
        found(
            "Envoy",
            "envoy",
            variable: "ENVOY",
            ["--concurrency", "1", "--use-dynamic-base-id", "-l", "error", "-c"],
            envoy
        ),
        found(
            "Caddy",
            "caddy",
            variable: "CADDY",
            ["run", "--adapter", "caddyfile", "--config"],
            caddy
        ),
    ].compactMap { $0 }

    private static func found(
        _ name: String,
        _ program: String,
        variable: String? = nil,
        _ options: [String],
        _ configuration: @escaping @Sendable (UInt16, UInt16) -> String
    ) -> FramingPeer? {
        Programs.find(program, variable: variable).map {
            FramingPeer(name: name, program: $0 + options, configuration: configuration)
        }
    }

    @Sendable private static func haproxy(port: UInt16, origin: UInt16) -> String {
        """
        defaults
            mode http
            timeout client 10s
            timeout server 10s
            timeout connect 5s
            http-reuse always
        listen peer
            bind 127.0.0.1:\(port)
            server origin 127.0.0.1:\(origin)
        """
    }

    @Sendable private static func nginx(port: UInt16, origin: UInt16) -> String {
        let folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        return """
            daemon off;
            worker_processes 1;
            pid $DIR/nginx.pid;
            events { }
            http {
                access_log off;
            \(folders.map { "    \($0)_temp_path $DIR/\($0);" }.joined(separator: "\n"))
                upstream origin { server 127.0.0.1:\(origin); keepalive 4; }
                server {
                    listen 127.0.0.1:\(port);
                    keepalive_requests 1000000;
                    location / {
                        proxy_pass http://origin;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                    }
                }
            }
            """
    }

    @Sendable private static func varnish(port: UInt16, origin: UInt16) -> String {
        """
        vcl 4.1;
        backend default { .host = "127.0.0.1"; .port = "\(origin)"; }
        sub vcl_recv { return (pass); }
        """
    }

    @Sendable private static func envoy(port: UInt16, origin: UInt16) -> String {
        let kind = "type.googleapis.com/envoy.extensions.filters"
        let manager = "network.http_connection_manager.v3.HttpConnectionManager"
        return """
            static_resources:
              listeners:
              - address: {socket_address: {address: 127.0.0.1, port_value: \(port)}}
                filter_chains:
                - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": \(kind).\(manager)
                      stat_prefix: in
                      route_config:
                        virtual_hosts:
                        - {name: all, domains: ["*"], routes: [{match: {prefix: "/"}, route: {cluster: out}}]}
                      http_filters:
                      - name: envoy.filters.http.router
                        typed_config: {"@type": \(kind).http.router.v3.Router}
              clusters:
              - name: out
                type: STATIC
                load_assignment:
                  cluster_name: out
                  endpoints:
                  - lb_endpoints:
                    - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: \(origin)}}}
            """
    }

    @Sendable private static func caddy(port: UInt16, origin: UInt16) -> String {
        """
        {
            admin off
            auto_https off
        }
        http://:\(port) {
            reverse_proxy 127.0.0.1:\(origin)
        }
        """
    }
}

/// An authority, a certificate of it, what it revokes and what it says of it by OCSP; good until 2046.
enum TestAuthority {
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBfzCCASWgAwIBAgIUGe/oh1/4JO7DG3CR0Aq0h/t0FT0wCgYIKoZIzj0EAwIw
        FTETMBEGA1UEAwwKY2EuZXhhbXBsZTAeFw0yNjExMjMxODU2MTVaFw00NjExMTgx
        ODU2MTVaMBUxEzARBgNVBAMMCmNhLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAROBSQ4/ZAFp4W38ZteSQ6ZBsnJfXP6DmhenS70m2c6uQuEpGmakH6M
        oY8vDbixqoAhH8ohp/3wA8mMgKf9LStao1MwUTAdBgNVHQ4EFgQUrNFoup5T7eHR
        KLWrudXg4Mr6w+gwHwYDVR0jBBgwFoAUrNFoup5T7eHRKLWrudXg4Mr6w+gwDwYD
        VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAgDOPyD4AS89Fw2UwVFrO
        Q9IT5mrcVN8JjH8A7pAbGjcCIFbIr3AiV33/zR3+g9Wdt9nQfap1hLAKcuxMQ2Qw
        gjLX
        -----END CERTIFICATE-----

        """

    /// For stapled.example, with its key.
    static let issued = """
        -----BEGIN CERTIFICATE-----
        MIIBGDCBvgICEjQwCgYIKoZIzj0EAwIwFTETMBEGA1UEAwwKY2EuZXhhbXBsZTAe
        Fw0yNjExMjMxODU2MTVaFw00NjExMTgxODU2MTVaMBoxGDAWBgNVBAMMD3N0YXBs
        ZWQuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFFOBMpioL9m5xvb
        bDh/yeIZGwqU5HZd1GpGWS5Atv/UdDw8Zfh+5CJX9KQluvby1jub93cLRD9JjThg
        O1E0nEEwCgYIKoZIzj0EAwIDSQAwRgIhAPkdd9tp5F0sNLGUej4FP6k3dcIUFG7R
        GlxIXtpDSWrCAiEA6im5zIN67MAI1ux1dD2E2mHfMTEY3BNkgZQZpjb90kc=
        -----END CERTIFICATE-----
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgcGp2fZWBYw+uz3oi
        FwdRGPKxhMLVig/TDwNgUdBswBuhRANCAARRTgTKYqC/Zucb22w4f8niGRsKlOR2
        XdRqRlkuQLb/1HQ8PGX4fuQiV/SkJbr28tY7m/d3C0Q/SY04YDtRNJxB
        -----END PRIVATE KEY-----

        """

    /// Revokes the certificate above.
    static let revocations = """
        -----BEGIN X509 CRL-----
        MIHDMGsCAQEwCgYIKoZIzj0EAwIwFTETMBEGA1UEAwwKY2EuZXhhbXBsZRcNMjYx
        MTIzMTg1NjE1WhcNNDYwMTIyMTg1NjE1WjAVMBMCAhI0Fw0yNjExMDEwMDAwMDBa
        oA4wDDAKBgNVHRQEAwIBATAKBggqhkjOPQQDAgNIADBFAiEA/waaPOf/9RURj39Q
        zebKMx4rrGeSuZ/SiYTZ1GofE5ECIFSQ0MG38myVlCe3zRbriyzs7hhWasPda+d+
        weFV9NWL
        -----END X509 CRL-----

        """

    /// In base64: the certificate is good.
    static let goodResponse = """
        MIIBBQoBAKCB/zCB/AYJKwYBBQUHMAEBBIHuMIHrMIGRoRcwFTETMBEGA1UEAwwKY2EuZXhhbXBsZRgPMjAyNjExMjMxODU2MTVa
        MGUwYzA7MAkGBSsOAwIaBQAEFAD1m5mN0f93rP/+bM++3aamHioeBBSs0Wi6nlPt4dEotau51eDgyvrD6AICEjSAABgPMjAyNjEx
        MjMxODU2MTVaoBEYDzIwNDYwMTIyMTg1NjE1WjAKBggqhkjOPQQDAgNJADBGAiEAkf+iUAzNdOAF+oubaGRUQoe/yt+CTAEX4bgS
        FkbZMaECIQDRqQgNps13fSIiHS5q5L3YJ8NgPboh/I6Tev9eNhm7Jg==
        """

    /// In base64: the certificate is revoked.
    static let revokedResponse = """
        MIIBGAoBAKCCAREwggENBgkrBgEFBQcwAQEEgf8wgfwwgaKhFzAVMRMwEQYDVQQDDApjYS5leGFtcGxlGA8yMDI2MTEyMzE4NTYx
        NVowdjB0MDswCQYFKw4DAhoFAAQUAPWbmY3R/3es//5sz77dpqYeKh4EFKzRaLqeU+3h0Si1q7nV4ODK+sPoAgISNKERGA8yMDI2
        MTEwMTAwMDAwMFoYDzIwMjYxMTIzMTg1NjE1WqARGA8yMDQ2MDEyMjE4NTYxNVowCgYIKoZIzj0EAwIDSQAwRgIhAMYijITvY98F
        rxu0/lo5PfJCPTOYKlmnRNlxsLLVfME/AiEArDedPbFmBIqzjzKAKInksk1wO1B5dR+8hBLFULKDLfs=
        """
}

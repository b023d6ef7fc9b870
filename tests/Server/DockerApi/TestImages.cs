using Shiplog.Contracts.Orders;

namespace Shiplog.Server.Tests.DockerApi;

/// <summary>An image as a worker reports it.</summary>
internal static class TestImages
{
    public static readonly StoredImage Busybox = new(
        "sha256:" + new string('1', 64), "sha256:" + new string('a', 64), "application/vnd.oci.image.manifest.v1+json", null,
        """
        {"architecture":"amd64","os":"linux","created":"2026-01-02T03:04:05.123456789Z",
         "config":{"Env":["PATH=/bin"],"Cmd":["sh"],"Labels":{"from":"image"}},
         "rootfs":{"type":"layers","diff_ids":["sha256:3333333333333333333333333333333333333333333333333333333333333333"]},
         "history":[{"created":"2026-01-02T03:04:05Z","created_by":"COPY busybox /bin"},
                    {"created":"2026-01-02T03:04:05Z","created_by":"CMD [\"sh\"]","empty_layer":true}]}
        """,
        [new ImageLayer(
            "sha256:" + new string('4', 64), "sha256:" + new string('3', 64), "sha256:" + new string('2', 64),
            "application/vnd.oci.image.layer.v1.tar+gzip", 1000, 2000, false)]);
}

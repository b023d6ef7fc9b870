using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Images;
using Shiplog.Worker.Tests.Layers;
using static Shiplog.Worker.Tests.Build.BuildBench;

namespace Shiplog.Worker.Tests.Build;

/// <summary>What ADD does and COPY does not: archives are unpacked, URLs fetched.</summary>
public sealed class AddingFiles : IDisposable
{
    private readonly BuildBench _bench = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static byte[] Archive() => new TestTar().Directory("in/", 0x1c0, 5, 6).File("in/file", "F", 0x1a0, 7, 8).Symlink("in/way", "/etc").Device("in/zero", 1, 5).ToArray();

    [Theory, InlineData("plain"), InlineData("gzip"), InlineData("zstd"), InlineData("xz"), InlineData("bzip2")]
    public async Task An_archive_is_unpacked_however_it_is_compressed_and_called(string format)
    {
        _bench.TakeContext(new TestTar().Bytes("archive", Compress(format)).ToArray());
        (await _bench.LayerAsync(null, Add("/x", "archive"))).ShouldBe(
            ["755 0:0 /x/", "700 5:6 /x/in/", "640 7:8 /x/in/file F", "/x/in/way -> /etc", "666 0:0 /x/in/zero CharacterDevice"]);
        (await _bench.LayerAsync(null, Add("/x", "archive") with { Owner = "1:2" })).ShouldBe(
            ["755 0:0 /x/", "700 5:6 /x/in/", "640 7:8 /x/in/file F", "/x/in/way -> /etc", "666 0:0 /x/in/zero CharacterDevice"], "an archive says whose its files are, as Docker has it");
    }

    [Fact]
    public async Task Copied_it_stays_what_it_is()
    {
        _bench.TakeContext(new TestTar().Bytes("archive", Archive()).ToArray());
        (await _bench.LayerAsync(null, Copy("/x/", "archive"))).Length.ShouldBe(2);
    }

    [Theory, InlineData("gzip"), InlineData("xz"), InlineData("zeros"), InlineData("broken"), InlineData("text")]
    public async Task What_is_no_archive_is_copied(string what)
    {
        byte[] content = what switch
        {
            "gzip" => TestImage.Gzip("text"u8.ToArray()),
            "xz" => [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, 1, 2, 3],
            "zeros" => new byte[2048],
            "broken" => [0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
            _ => "text"u8.ToArray(),
        };
        _bench.TakeContext(new TestTar().Bytes("file", content).ToArray());
        var built = await _bench.CopyAsync(null, Add("/x/", "file"));
        (await File.ReadAllBytesAsync(Path.Combine(_bench.Store.Layers.DiffFolder(built.NewLayer!), "x/file"), Cancellation)).ShouldBe(content);
    }

    [Theory]
    [InlineData("out")]
    [InlineData("cut")]
    [InlineData("huge")]
    public async Task A_hostile_archive_is_refused(string how)
    {
        var (archive, error) = how switch
        {
            "out" => (new TestTar().File("../../out", "x").ToArray(), "ADD failed: the name ../../out leads out of the archive's root"),
            "cut" => (new TestTar().File("a").File("b", new string('x', 5000)).ToArray()[..3000], "ADD failed: the archive ends in the middle of a member"),
            _ => (new TestTar().File("a").Claiming("huge", 1L << 60), "ADD failed: the archive claims more than"),
        };
        _bench.TakeContext(new TestTar().Bytes("archive", archive).ToArray());
        var failure = await _bench.RefusedAsync(null, Add("/x/", "archive"));
        failure.Error.ShouldStartWith(error);
        failure.Kind.ShouldBe(FailureKind.Invalid);
        Directory.GetDirectories(_bench.Paths.Roots).ShouldBeEmpty();
    }

    [Fact]
    public async Task Members_below_a_link_of_the_image_land_within_the_image()
    {
        var image = await _bench.ImageAsync(new TestTar().Directory("./").Directory("srv/").Directory("tmp/").Symlink("way", "/srv").Symlink("out", "../../../../../tmp").ToArray());
        _bench.TakeContext(new TestTar().Bytes("archive", new TestTar().File("way/a", "A").File("out/shiplog-leak", "x").ToArray()).ToArray());
        (await _bench.LayerAsync(image, Add("/", "archive"))).ShouldBe(["755 0:0 /srv/", "644 0:0 /srv/a A", "755 0:0 /tmp/", "644 0:0 /tmp/shiplog-leak x"]);
        File.Exists("/tmp/shiplog-leak").ShouldBeFalse();
    }

    [Fact]
    public async Task A_URL_is_fetched_once_for_a_build_and_not_unpacked()
    {
        await using var server = await WebServer.StartAsync(http => http.Response.Body.WriteAsync(Archive()).AsTask());
        var copy = Add("/x/", server.Url("/files/archive.tar?x=1"));
        var digest = await _bench.DigestAsync(copy);
        var built = await _bench.CopyAsync(null, copy);
        var layer = _bench.Store.Layers.DiffFolder(built.NewLayer!);
        (await File.ReadAllBytesAsync(Path.Combine(layer, "x/archive.tar"), Cancellation)).ShouldBe(Archive());
        File.GetUnixFileMode(Path.Combine(layer, "x/archive.tar")).ShouldBe((UnixFileMode)0x180);
        File.GetLastWriteTimeUtc(Path.Combine(layer, "x/archive.tar")).ShouldBe(DateTime.UnixEpoch);
        (await _bench.DigestAsync(copy)).ShouldBe(digest);
        server.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task Its_date_is_the_servers_and_its_mode_what_is_asked_for()
    {
        var changed = new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero);
        await using var server = await WebServer.StartAsync(async http =>
        {
            http.Response.GetTypedHeaders().LastModified = changed;
            await http.Response.WriteAsync("text");
        });
        var built = await _bench.CopyAsync(null, Add("/x/y", server.Url("/whatever")) with { Mode = 0x1ed, Owner = "3:4" });
        _bench.Layer(built).ShouldBe(["755 3:4 /x/", "755 3:4 /x/y text"]);
        File.GetLastWriteTimeUtc(Path.Combine(_bench.Store.Layers.DiffFolder(built.NewLayer!), "x/y")).ShouldBe(changed.UtcDateTime);
    }

    [Theory]
    [InlineData("/a/b.txt", "/x/", "/x/b.txt")]
    [InlineData("/a%20b", "/x/", "/x/a b")]
    [InlineData("/a/..%2f..%2fb", "/x/", "/x/b")]
    [InlineData("/named/", "/x/", "/x/by-server.txt")]
    [InlineData("/", "/x/y", "/x/y")]
    [InlineData("/redirect", "/x/", "/x/redirect")]
    public async Task Its_name_is_the_last_of_the_URL_or_the_servers(string path, string destination, string file)
    {
        await using var server = await WebServer.StartAsync(async http =>
        {
            if (http.Request.Path == "/redirect")
                http.Response.Redirect("/elsewhere");
            if (http.Request.Path == "/named/")
                http.Response.Headers.ContentDisposition = "attachment; filename=\"../by-server.txt\"";
            await http.Response.WriteAsync("text");
        });
        (await _bench.LayerAsync(null, Add(destination, server.Url(path)))).ShouldBe(["755 0:0 /x/", $"600 0:0 {file} text"]);
    }

    [Fact]
    public async Task What_cannot_be_fetched_is_said_and_tried_again()
    {
        var isThere = false;
        await using var server = await WebServer.StartAsync(async http =>
        {
            http.Response.StatusCode = isThere ? 200 : 404;
            await http.Response.WriteAsync(isThere ? "text" : "no such page");
        });
        (await _bench.RefusedAsync(null, Add("/x/", server.Url("/f")))).ShouldBe(new OrderFailure(
            "BuildImageStep", FailureKind.Unavailable, $"ADD failed: failed to GET {server.Url("/f")} with status 404 Not Found: no such page"));
        Directory.GetDirectories(_bench.Paths.Downloads).ShouldBeEmpty();
        isThere = true;
        (await _bench.LayerAsync(null, Add("/x/", server.Url("/f")))).ShouldBe(["755 0:0 /x/", "600 0:0 /x/f text"]);
        (await _bench.RefusedAsync(null, Add("/x/", server.Url("/")))).Error.ShouldBe($"ADD failed: cannot determine filename for source {server.Url("/")}");
        (await _bench.RefusedAsync(null, Add("/x/", "http://127.0.0.1:1/f"))).Error.ShouldStartWith("ADD failed: failed to GET http://127.0.0.1:1/f: Connection refused");
        (await _bench.RefusedAsync(null, Add("/x/", "http://"))).Error.ShouldStartWith("ADD failed: failed to GET http://: ");
    }

    [Fact]
    public async Task A_circle_of_redirections_comes_to_an_end()
    {
        await using var server = await WebServer.StartAsync(http =>
        {
            http.Response.Redirect("/f");
            return Task.CompletedTask;
        });
        (await _bench.RefusedAsync(null, Add("/x/", server.Url("/f")))).Error.ShouldContain("redirected more than 10 times");
    }

    [Fact]
    public async Task A_redirection_to_something_else_than_HTTP_is_not_followed()
    {
        await using var server = await WebServer.StartAsync(http =>
        {
            http.Response.StatusCode = 302;
            http.Response.Headers.Location = "file:///etc/passwd";
            return Task.CompletedTask;
        });
        (await _bench.RefusedAsync(null, Add("/x/", server.Url("/f")))).Error.ShouldBe(
            $"ADD failed: failed to GET {server.Url("/f")}: it is redirected to file:///etc/passwd, which is neither HTTP nor HTTPS");
    }

    public void Dispose() => _bench.Dispose();

    private static byte[] Compress(string format)
    {
        switch (format)
        {
            case "plain":
                return Archive();
            case "gzip":
                return TestImage.Gzip(Archive());
            case "zstd":
                using (var zstd = new ZstdSharp.Compressor())
                    return zstd.Wrap(Archive()).ToArray();
            default:
                var file = Path.GetTempFileName();
                File.WriteAllBytes(file, Archive());
                Storage.StorageBench.Run($"{format} -f '{file}'; mv '{file}'.* '{file}'");
                var compressed = File.ReadAllBytes(file);
                File.Delete(file);
                return compressed;
        }
    }

    private sealed class WebServer : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private int _requests;

        private WebServer(Func<HttpContext, Task> answer)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0));
            _app = builder.Build();
            _app.Run(http =>
            {
                Interlocked.Increment(ref _requests);
                return answer(http);
            });
        }

        public int Requests => _requests;

        public static async Task<WebServer> StartAsync(Func<HttpContext, Task> answer)
        {
            var server = new WebServer(answer);
            await server._app.StartAsync();
            return server;
        }

        public string Url(string path) => _app.Urls.First() + path;

        public async ValueTask DisposeAsync() => await _app.DisposeAsync();
    }
}

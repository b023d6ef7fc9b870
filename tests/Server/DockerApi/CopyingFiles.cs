using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Shiplog.Contracts.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.DockerApi;

/// <summary>Beside what tests/Conformance holds: what is recorded of a copy, however it ends.</summary>
public sealed partial class CopyingFiles(DockerServer server) : IClassFixture<DockerServer>, IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await server.PullBusyboxAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Out_of_a_container_the_archive_goes_as_the_worker_makes_it_and_is_recorded()
    {
        var id = await server.CreateAsync("copy-out");
        server.Worker.Script = (head, socket) =>
        {
            head.ShouldStartWith($"GET {WorkerStreams.Archive(id)}?path=%2Fa%20b&image=");
            return GiveAsync(socket, new PathStat("a b", 5, 0x41ed | 0x200, "2026-01-02T03:04:05Z", ""), "tar!", 4);
        };
        using var answer = await server.Client.GetAsync("containers/copy-out/archive?path=/a%20b", Cancellation);
        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldBe("tar!");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-tar");
        var stat = JsonDocument.Parse(Convert.FromBase64String(answer.Headers.GetValues("X-Docker-Container-Path-Stat").Single())).RootElement;
        stat.GetProperty("name").GetString().ShouldBe("a b");
        stat.GetProperty("mode").GetUInt32().ShouldBe((1u << 31) | (1u << 20) | 0x1ed); // Go's directory and sticky bits.
        var read = await RecordedAsync(id, "container_files_read");
        (read.GetProperty("path").GetString(), read.GetProperty("purpose").GetString(), read.GetProperty("bytes").GetInt64()).ShouldBe(("/a b", "copy", 4));
        await NothingIsOpenAsync();
    }

    [Fact]
    public async Task What_a_path_is_can_be_asked_without_a_record()
    {
        var id = await server.CreateAsync("copy-stat");
        server.Worker.Script = (_, socket) => GiveAsync(socket, new PathStat("l", 1, 0xa1ff, "2026-01-02T03:04:05Z", "/t"), "", 0);
        using var request = new HttpRequestMessage(HttpMethod.Head, "containers/copy-stat/archive?path=/l");
        using var answer = await server.Client.SendAsync(request, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.Contains("X-Docker-Container-Path-Stat").ShouldBeTrue();
        (await CountAsync(id)).ShouldBe("1");
    }

    [Fact]
    public async Task A_copy_that_finds_nothing_or_breaks_off_ends_with_the_reason()
    {
        var id = await server.CreateAsync("copy-none");
        server.Worker.Script = (_, socket) => ScriptedWorker.AnswerAsync(socket, "404 Not Found", "text/plain", "no such file: /x");
        using (var answer = await server.Client.GetAsync("containers/copy-none/archive?path=/x", Cancellation))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await DockerServer.MessageAsync(answer)).ShouldBe("Could not find the file /x in container copy-none");
        }
        (await RecordedAsync(id, "container_command_failed")).GetProperty("kind").GetString().ShouldBe("NotFound");

        server.Worker.Script = (_, socket) => GiveAsync(socket, new PathStat("x", 1, 0x81a4, "2026-01-02T03:04:05Z", ""), "half", 8);
        await Should.ThrowAsync<HttpRequestException>(() => server.Client.GetByteArrayAsync("containers/copy-none/archive?path=/x", Cancellation));
        await Eventually.TrueAsync(async () =>
            (await RecordedAsync(id, "container_command_failed")).GetProperty("kind").GetString() == "Unavailable");
        await NothingIsOpenAsync();
    }

    [Fact]
    public async Task Into_a_container_the_worker_gets_the_archive_and_its_fact_ends_the_command()
    {
        var id = await server.CreateAsync("copy-in", """{"Image":"busybox","User":"alice","HostConfig":{"CapDrop":["MKNOD"]}}""");
        var body = "";
        server.Worker.Script = async (head, socket) =>
        {
            head.ShouldStartWith($"PUT {WorkerStreams.Archive(id)}?");
            head.ShouldContain("&path=%2Ftmp&user=alice&keepKinds=1&devices=0 ");
            body = await TakeAsync(socket);
            await server.Worker.Facts.RecordAsync(
                Samples.Batch(CommandId().Match(head).Groups[1].Value, null, new ContainerFilesWrittenReport(id, "/tmp", 3, 5, DateTimeOffset.UtcNow)), Cancellation);
            await ScriptedWorker.AnswerAsync(socket, "200 OK", "text/plain", "");
        };
        using var answer = await server.Client.PutAsync(
            "containers/copy-in/archive?path=/tmp&noOverwriteDirNonDir=1&copyUIDGID=1", new StringContent("tar!"), Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        body.ShouldContain("tar!");
        var written = await RecordedAsync(id, "container_files_written");
        (written.GetProperty("entries").GetInt32(), written.GetProperty("bytes").GetInt64()).ShouldBe((3, 5));
        await NothingIsOpenAsync();
    }

    [Fact]
    public async Task A_copy_into_a_container_is_refused_in_the_workers_words()
    {
        var id = await server.CreateAsync("copy-refused");
        server.Worker.Script = async (head, socket) =>
        {
            await server.Worker.Facts.RecordAsync(
                Samples.Batch(CommandId().Match(head).Groups[1].Value, null, new OrderFailedReport(
                    id, new OrderFailure("WriteContainerFiles", FailureKind.Invalid, "extraction point is not a directory"), DateTimeOffset.UtcNow)), Cancellation);
            await ScriptedWorker.AnswerAsync(socket, "400 Bad Request", "text/plain", "extraction point is not a directory");
        };
        using var answer = await server.Client.PutAsync("containers/copy-refused/archive?path=/etc/passwd", new StringContent("tar!"), Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await DockerServer.MessageAsync(answer)).ShouldBe("extraction point is not a directory");
        (await RecordedAsync(id, "container_command_failed")).GetProperty("command").GetString().ShouldBe("WriteContainerFiles");
        await NothingIsOpenAsync();
    }

    [Fact]
    public async Task Changes_and_the_whole_tree_are_passed_on()
    {
        var id = await server.CreateAsync("copy-all");
        server.Worker.Script = (_, socket) => ScriptedWorker.AnswerAsync(socket, "200 OK", "application/json", """[{"Path":"/etc","Kind":0},{"Path":"/new","Kind":1}]""");
        (await server.Client.GetStringAsync("containers/copy-all/changes", Cancellation)).Trim().ShouldBe("""[{"Path":"/etc","Kind":0},{"Path":"/new","Kind":1}]""");
        server.Worker.Script = (_, socket) => ScriptedWorker.AnswerAsync(socket, "200 OK", "application/json", "[]");
        (await server.Client.GetStringAsync("containers/copy-all/changes", Cancellation)).Trim().ShouldBe("null");
        server.Worker.Script = (_, socket) => ScriptedWorker.AnswerAsync(socket, "200 OK", "application/x-tar", "tar!");
        (await server.Client.GetStringAsync("containers/copy-all/export", Cancellation)).ShouldBe("tar!");
        (await RecordedAsync(id, "container_files_read")).GetProperty("purpose").GetString().ShouldBe("export");
    }

    private async Task<JsonElement> RecordedAsync(string id, string type) => JsonSerializer.Deserialize<JsonElement>(await server.PsqlAsync(
        $"select data from shiplog.mt_events where stream_id = '{Streams.Container(id)}' and type = '{type}' order by version desc limit 1"));

    private Task<string> CountAsync(string id) => server.PsqlAsync($"select count(*) from shiplog.mt_events where stream_id = '{Streams.Container(id)}'");

    private async Task NothingIsOpenAsync() => (await server.PsqlAsync("select count(*) from shiplog.open_command")).ShouldBe("0");

    /// <summary>An archive of as much as is said, of which this much comes.</summary>
    private static async Task GiveAsync(Socket socket, PathStat stat, string body, int length)
    {
        var header = Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(stat));
        await socket.SendAsync(Encoding.UTF8.GetBytes(
            $"HTTP/1.1 200 OK\r\n{WorkerStreams.PathStatHeader}: {header}\r\nContent-Type: application/x-tar\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"));
        socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Asks for the body, which comes in chunks, and takes all of it.</summary>
    private static async Task<string> TakeAsync(Socket socket)
    {
        await socket.SendAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
        var body = new StringBuilder();
        var buffer = new byte[4096];
        while (!body.ToString().EndsWith("0\r\n\r\n", StringComparison.Ordinal) && await socket.ReceiveAsync(buffer) is > 0 and var read)
            body.Append(Encoding.UTF8.GetString(buffer, 0, read));
        return body.ToString();
    }

    [GeneratedRegex("commandId=([^&]+)&")]
    private static partial Regex CommandId();
}

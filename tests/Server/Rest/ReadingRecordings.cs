using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Contracts.Views;
using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.Rest;

/// <summary>What was recorded of sessions, by REST.</summary>
public sealed class ReadingRecordings(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private static readonly byte[] Cast = Encoding.UTF8.GetBytes("{\"version\":2}\n[0.1,\"o\",\"é\"]\n");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_is_listed_with_who_began_it_and_given_out_as_it_was_sealed()
    {
        var (id, name, recording) = await RecordedAsync("unix:dora", removed: true);
        fixture.Worker.Script.Recordings[recording] = Cast;
        foreach (var query in (string[])["", "?container=" + name, "?container=" + id[..12]])
        {
            var listed = (await fixture.Server.Docker.GetFromJsonAsync<RecordingView[]>("/api/v1/recordings" + query, Cancellation))!.Single(r => r.Id == recording);
            (listed.ContainerId, listed.Container, listed.ExecId, listed.Mode, listed.By, listed.Size, listed.Digest, listed.Cut, listed.DurationMs)
                .ShouldBe((id, name, null, "all", "unix:dora", Cast.Length, DigestOf(Cast), "size", 1500d));
        }

        using var answer = await fixture.Server.Docker.GetAsync("/api/v1/recordings/" + recording, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsByteArrayAsync(Cancellation)).ShouldBe(Cast);
        answer.Headers.GetValues("Content-Digest").ShouldHaveSingleItem().ShouldBe($"sha-256=:{Convert.ToBase64String(SHA256.HashData(Cast))}:");
        var read = (await fixture.Server.Docker.GetFromJsonAsync<EventView[]>($"/api/v1/containers/{id}/events", Cancellation))![^1];
        (read.Type, read.Cause, read.Data.GetProperty("recordingId").GetString()).ShouldBe(("session_recording_read", "request", recording));
        read.Actor.ShouldStartWith("unix:");
    }

    [Fact]
    public async Task One_that_was_changed_or_is_gone_is_not_given_out_and_nobody_has_read_it()
    {
        var (id, _, recording) = await RecordedAsync("unix:dora", removed: false);
        var changed = Cast.ToArray();
        changed[^4] ^= 1;
        fixture.Worker.Script.Recordings[recording] = changed;
        (await RefusedAsync(recording, HttpStatusCode.Conflict)).ShouldBe(
            $"recording {recording} is not what was sealed: it has the digest {DigestOf(changed)} and was sealed with {DigestOf(Cast)}");
        fixture.Worker.Script.Recordings[recording] = [.. Cast, .. Cast];
        (await RefusedAsync(recording, HttpStatusCode.Conflict)).ShouldContain($"it has {2 * Cast.Length} bytes and was sealed with {Cast.Length}");
        fixture.Worker.Script.Recordings.Remove(recording, out _);
        (await RefusedAsync(recording, HttpStatusCode.Conflict)).ShouldContain("its file is gone");
        (await fixture.Server.Docker.GetFromJsonAsync<EventView[]>($"/api/v1/containers/{id}/events", Cancellation))!.ShouldNotContain(e => e.Type == "session_recording_read");
    }

    [Fact]
    public async Task One_whose_time_is_over_is_gone_and_that_is_said()
    {
        var (_, _, recording) = await RecordedAsync("unix:dora", removed: false, DateTimeOffset.UtcNow.AddDays(-91));
        (await RefusedAsync(recording, HttpStatusCode.Gone)).ShouldContain("kept-recording-days: 90");
    }

    [Fact]
    public async Task What_people_typed_is_not_given_out_over_TCP_where_nobody_knows_who_asks()
    {
        var (_, _, recording) = await RecordedAsync("unix:dora", removed: false);
        fixture.Worker.Script.Recordings[recording] = Cast;
        using var answer = await fixture.Server.Http.GetAsync("/api/v1/recordings/" + recording, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task What_was_never_recorded_is_not_found()
    {
        (await RefusedAsync("0123456789abcdef", HttpStatusCode.NotFound)).ShouldContain("no recording has the id");
        using var answer = await fixture.Server.Docker.GetAsync("/api/v1/recordings?container=never-was", Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task<string> RefusedAsync(string recording, HttpStatusCode status)
    {
        using var answer = await fixture.Server.Docker.GetAsync("/api/v1/recordings/" + recording, Cancellation);
        answer.StatusCode.ShouldBe(status);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("detail").GetString()!;
    }

    /// <summary>A container whom somebody attached to, and the seal of what was recorded of it, as a worker reports it.</summary>
    private async Task<(string Id, string Name, string Recording)> RecordedAsync(string actor, bool removed, DateTimeOffset? at = null)
    {
        var (id, recording, began) = (TestStore.NewId(), TestStore.NewId()[..16], at ?? DateTimeOffset.UtcNow);
        var context = TestStore.Request(actor: actor);
        object[] events = [
            Samples.Created(id, "r" + id[..12], context.CommandId),
            new ContainerAttached(id, true, true, true, began) { Recording = new SessionRecording(recording, "all") },
            .. removed ? new object[] { new ContainerRemoved(id, null, began) } : []];
        await fixture.Log.AppendAsync([.. events.Select(e => (Streams.Container(id), e))], context, Cancellation);
        await fixture.Worker.DeliverAsync(Samples.Batch(null, "session-end", new SessionRecordedReport(
            id, recording, Cast.Length, DigestOf(Cast), TimeSpan.FromSeconds(1.5), "size", null, began)));
        return (id, "r" + id[..12], recording);
    }

    private static string DigestOf(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));
}

using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Shiplog.Server.Orders;

namespace Shiplog.Server.DockerApi;

/// <summary>Plain byte streams of the worker: opened, checked, and passed on as they come.</summary>
internal static class WorkerStream
{
    public const int BufferSize = 64 * 1024;

    /// <exception cref="DockerException">The worker refused, with its words.</exception>
    /// <exception cref="WorkerAwayException">It does not answer.</exception>
    public static Task<HttpResponseMessage> GetAsync(IWorker worker, string pathAndQuery, CancellationToken cancellation) =>
        SendAsync(worker, new HttpRequestMessage(HttpMethod.Get, pathAndQuery), cancellation);

    /// <param name="content"><see langword="null"/> for none.</param>
    /// <exception cref="DockerException">The worker refused, with its words.</exception>
    /// <exception cref="WorkerAwayException">It does not answer.</exception>
    public static Task<HttpResponseMessage> PostAsync(IWorker worker, string pathAndQuery, HttpContent? content, CancellationToken cancellation) =>
        SendAsync(worker, new HttpRequestMessage(HttpMethod.Post, pathAndQuery) { Content = content }, cancellation);

    /// <summary>Asks the worker something that is answered in JSON.</summary>
    /// <exception cref="DockerException">The worker refused, with its words.</exception>
    /// <exception cref="WorkerAwayException">It does not answer.</exception>
    public static async Task<TAnswer> AskAsync<TQuestion, TAnswer>(IWorker worker, string path, TQuestion question, CancellationToken cancellation)
    {
        using var answer = await PostJsonAsync(worker, path, question, cancellation);
        return await answer.Content.ReadFromJsonAsync<TAnswer>(JsonSerializerOptions.Web, cancellation)
            ?? throw new InvalidDataException("the worker answered with nothing");
    }

    /// <summary>As <see cref="PostAsync"/>, of something as JSON.</summary>
    /// <exception cref="DockerException">The worker refused, with its words.</exception>
    /// <exception cref="WorkerAwayException">It does not answer.</exception>
    public static Task<HttpResponseMessage> PostJsonAsync<T>(IWorker worker, string path, T body, CancellationToken cancellation) =>
        PostAsync(worker, path, JsonContent.Create(body, options: JsonSerializerOptions.Web), cancellation);

    /// <summary>As <see cref="PostAsync"/>; the worker may refuse before it takes the body.</summary>
    /// <exception cref="DockerException">The worker refused, with its words.</exception>
    /// <exception cref="WorkerAwayException">It does not answer.</exception>
    public static Task<HttpResponseMessage> PutAsync(IWorker worker, string pathAndQuery, Stream body, CancellationToken cancellation)
    {
        var message = new HttpRequestMessage(HttpMethod.Put, pathAndQuery) { Content = new StreamContent(body, BufferSize) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        message.Headers.ExpectContinue = true;
        return SendAsync(worker, message, cancellation);
    }

    /// <summary>Passes the worker's bytes on, each as soon as it is here.</summary>
    /// <param name="passed">Told of each piece.</param>
    public static async Task CopyAsync(HttpResponseMessage from, HttpResponse to, CancellationToken cancellation, Action<int>? passed = null)
    {
        await using var stream = await from.Content.ReadAsStreamAsync(cancellation);
        while (await stream.ReadAsync(to.BodyWriter.GetMemory(BufferSize), cancellation) is > 0 and var read)
        {
            to.BodyWriter.Advance(read);
            await to.BodyWriter.FlushAsync(cancellation);
            passed?.Invoke(read);
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(IWorker worker, HttpRequestMessage message, CancellationToken cancellation)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await worker.Streams.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw new WorkerAwayException($"the worker does not answer: {e.Message}", e);
        }
        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw new DockerException((int)answer.StatusCode, WorkerMessage.Of(await answer.Content.ReadAsStringAsync(cancellation)));
    }
}
